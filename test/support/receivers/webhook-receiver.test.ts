import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serveReceiver, type ReceiverServer } from "./receiver-server.ts";
import { WebhookReceiver } from "./webhook-receiver.ts";

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 2).toString("base64")}`;
const PAIR = generateKeyPairSync("ed25519");
const PUBLIC_KEY = `whpk_${Buffer.from(PAIR.publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("base64")}`;
const BODY = JSON.stringify({ type: "confirmation.approved", data: { id: "c_1" } });

let receiver: WebhookReceiver;
let server: ReceiverServer;
beforeAll(async () => {
  server = await serveReceiver({ handle: (call) => receiver.handle(call) });
});
afterAll(() => server.close());
beforeEach(() => {
  receiver = new WebhookReceiver();
  receiver.keys = { secrets: [SECRET], publicKeys: [PUBLIC_KEY] };
});

interface Change {
  readonly secrets?: readonly string[];
  readonly body?: string;
  readonly seconds?: number;
  readonly privateKey?: typeof PAIR.privateKey;
}

/** Signs the unchanged body, and sends it with these changes. */
async function send({
  secrets = [SECRET],
  body = BODY,
  seconds = 0,
  privateKey = PAIR.privateKey,
}: Change = {}) {
  const id = randomUUID();
  const at = new Date(Date.now() + seconds * 1_000);
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const v1a = sign(null, Buffer.from(`${id}.${timestamp}.${BODY}`), privateKey).toString("base64");
  const signatures = [...secrets.map((secret) => new Webhook(secret).sign(id, at, BODY)), `v1a,${v1a}`];
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
  return fetch(`${server.url}/hook`, { method: "POST", headers, body });
}

describe("a webhook receiver", () => {
  it("takes a signed event, and tells which keys signed it", async () => {
    receiver.keys = { secrets: [SECRET, OLD_SECRET], publicKeys: [PUBLIC_KEY] };
    expect((await send()).status).toBe(204);
    const waiting = receiver.received(({ keys }) => keys.includes(OLD_SECRET));
    await send({ secrets: [SECRET, OLD_SECRET] });
    expect(await waiting).toMatchObject({ path: "/hook", event: { type: "confirmation.approved" } });
    expect(receiver.events.map(({ keys }) => keys)).toEqual([
      [SECRET, PUBLIC_KEY],
      [SECRET, OLD_SECRET, PUBLIC_KEY],
    ]);
  });

  it.each<[string, Change]>([
    ["a changed body", { body: BODY.replace("c_1", "c_2") }],
    ["another secret", { secrets: [OLD_SECRET] }],
    ["another private key", { privateKey: generateKeyPairSync("ed25519").privateKey }],
    ["no v1 signature", { secrets: [] }],
    ["a timestamp of ten minutes ago", { seconds: -600 }],
  ])("refuses %s", async (_name, change) => {
    expect((await send(change)).status).toBe(401);
    expect([receiver.events.length, receiver.refused.length]).toEqual([0, 1]);
  });

  it("refuses everything until it knows a key", async () => {
    receiver.keys = {};
    expect((await send()).status).toBe(401);
  });

  it("takes the timestamp of a sender at another time", async () => {
    receiver = new WebhookReceiver(() => Date.now() + 3_600_000);
    receiver.keys = { secrets: [SECRET], publicKeys: [PUBLIC_KEY] };
    expect([(await send({ seconds: 3_600 })).status, (await send()).status]).toEqual([204, 401]);
  });

  it("answers as it is asked to", async () => {
    receiver.answer = () => ({ status: 429, headers: { "retry-after": "30" }, body: "later" });
    const late = await send();
    expect([late.status, late.headers.get("retry-after"), await late.text()]).toEqual([429, "30", "later"]);
    receiver.answer = () => "close";
    await expect(send()).rejects.toThrow("fetch failed");
    receiver.answer = () => "endless";
    const endless = (await send()).body?.getReader();
    for (let parts = 0; parts < 20; parts++) expect((await endless?.read())?.done).toBe(false);
    await endless?.cancel();
  });

  it("says what arrived if the expected event does not", async () => {
    await send();
    await expect(receiver.received(({ id }) => id === "other", 1)).rejects.toThrow(
      /no such webhook in 1 ms; 1 arrived, at last .*confirmation\.approved/s,
    );
  });
});
