import {
  createCipheriv,
  createECDH,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { decryptPush } from "./push-message.ts";
import { PushService, type PushSubscriptionData } from "./push-service.ts";
import { receiverFetch } from "./receiver-fetch.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "base64url");

// The example of RFC 8291, section 5.
const EXAMPLE = {
  keys: {
    privateKey: bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
    publicKey: bytes(
      "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    ),
    auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
  },
  body: bytes(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  ),
};

describe("the decryption of a push message", () => {
  it("reads the example of RFC 8291", () => {
    expect(decryptPush(EXAMPLE.body, EXAMPLE.keys)).toBe("When I grow up, I want to be a watermelon");
  });

  it("refuses the example with any byte changed", () => {
    for (let at = 0; at < EXAMPLE.body.length; at++) {
      // The size of a record may be larger than the one record.
      if (at >= 16 && at < 20) continue;
      const body = Buffer.from(EXAMPLE.body);
      body[at] = (body[at] ?? 0) ^ 1;
      expect(() => decryptPush(body, EXAMPLE.keys), `byte ${at}`).toThrow(Error);
    }
  });
});

const VAPID = generateKeyPairSync("ec", { namedCurve: "P-256" });
const NOW_SECONDS = Math.floor(Date.now() / 1_000);
const CLAIMS = { aud: "https://push.example", exp: NOW_SECONDS + 3_600, sub: "mailto:ops@example.com" };

function publicKeyOf({ publicKey }: { publicKey: KeyObject }): string {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)]).toString("base64url");
}

function vapid(claims: object = CLAIMS, signer = VAPID, key = publicKeyOf(VAPID)): string {
  const parts = [{ typ: "JWT", alg: "ES256" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signature = sign("sha256", Buffer.from(parts.join(".")), {
    key: signer.privateKey.export({ format: "der", type: "pkcs8" }),
    format: "der",
    type: "pkcs8",
    dsaEncoding: "ieee-p1363",
  });
  return `vapid t=${parts.join(".")}.${signature.toString("base64url")}, k=${key}`;
}

function encrypt(text: string, { keys }: PushSubscriptionData): Buffer {
  const [device, auth, salt] = [bytes(keys.p256dh), bytes(keys.auth), randomBytes(16)];
  const pair = createECDH("prime256v1");
  const sender = pair.generateKeys();
  const derive = (secret: Buffer, from: Buffer, info: Buffer | string, size: number) =>
    Buffer.from(hkdfSync("sha256", secret, from, info, size));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), device, sender]);
  const secret = derive(pair.computeSecret(device), auth, info, 32);
  const key = derive(secret, salt, "Content-Encoding: aes128gcm\0", 16);
  const cipher = createCipheriv("aes-128-gcm", key, derive(secret, salt, "Content-Encoding: nonce\0", 12));
  const record = [cipher.update(Buffer.concat([Buffer.from(text), Buffer.from([2, 0, 0])])), cipher.final()];
  const size = Buffer.from([0, 0, 16, 0, sender.length]);
  return Buffer.concat([salt, size, sender, ...record, cipher.getAuthTag()]);
}

let service: PushService;
let phone: PushSubscriptionData;
beforeEach(() => {
  service = new PushService();
  phone = service.subscribe(publicKeyOf(VAPID));
});

const HEADERS = { ttl: "60", urgency: "high", topic: "c_1", "content-encoding": "aes128gcm" };

async function send(text: string, changed: Readonly<Record<string, string>> = {}) {
  const headers = { ...HEADERS, authorization: vapid(), ...changed };
  const body = Uint8Array.from(encrypt(text, phone));
  return receiverFetch(service)(new Request(phone.endpoint, { method: "POST", headers, body }));
}

describe("a push service", () => {
  it("gives the device what was sent, and replaces a message of the same topic", async () => {
    const sent = service.received(({ text }) => text === "second");
    for (const [text, topic] of [
      ["first", "c_1"],
      ["other", "c_2"],
      ["second", "c_1"],
    ] as const)
      expect((await send(text, { topic })).status).toBe(201);
    expect(await sent).toMatchObject({ ttl: 60, urgency: "high", topic: "c_1", subject: CLAIMS.sub });
    expect(service.waiting(phone).map(({ text }) => text)).toEqual(["other", "second"]);
    expect(service.waiting(service.subscribe())).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, number]>([
    ["no time to live", { ttl: "" }, 400],
    ["an unknown urgency", { urgency: "urgent" }, 400],
    ["a topic of 33 characters", { topic: "a".repeat(33) }, 400],
    ["the old encryption", { "content-encoding": "aesgcm" }, 400],
    ["no sender", { authorization: "" }, 403],
    [
      "a token for another service",
      { authorization: vapid({ ...CLAIMS, aud: "https://other.example" }) },
      403,
    ],
    ["an old token", { authorization: vapid({ ...CLAIMS, exp: NOW_SECONDS - 1 }) }, 403],
    ["a token for two days", { authorization: vapid({ ...CLAIMS, exp: NOW_SECONDS + 48 * 3_600 }) }, 403],
    ["a token without a contact", { authorization: vapid({ ...CLAIMS, sub: "" }) }, 403],
    [
      "a signature by another key",
      { authorization: vapid(CLAIMS, generateKeyPairSync("ec", { namedCurve: "P-256" })) },
      403,
    ],
  ])("refuses %s", async (_name, headers, status) => {
    expect((await send("text", headers)).status).toBe(status);
    expect([service.messages.length, service.refused.length]).toEqual([0, 1]);
  });

  it("refuses another sender than the one that the person allowed", async () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const authorization = vapid(CLAIMS, other, publicKeyOf(other));
    expect((await send("text", { authorization })).status).toBe(403);
  });

  it("refuses what the device cannot decrypt", async () => {
    const body = Uint8Array.from(encrypt("text", service.subscribe()));
    const headers = { ...HEADERS, authorization: vapid() };
    const request = new Request(phone.endpoint, { method: "POST", headers, body });
    expect((await receiverFetch(service)(request)).status).toBe(400);
    expect(service.refused).toEqual([expect.stringMatching(/^not decrypted/)]);
  });

  it("answers 410 once the person has forbidden notices, and whatever else it is asked to", async () => {
    service.answer = () => ({ status: 429, headers: { "retry-after": "120" } });
    expect((await send("text")).headers.get("retry-after")).toBe("120");
    service.answer = () => undefined;
    service.unsubscribe(phone);
    expect((await send("text")).status).toBe(410);
  });
});
