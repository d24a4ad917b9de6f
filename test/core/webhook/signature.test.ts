import { describe, expect, test } from "vitest";
import { fromBase64, hexBytes, utf8 } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import {
  publicKeyText,
  secretText,
  signatureHeaders,
  type WebhookSecrets,
} from "../../../src/core/webhook/signature.ts";

const bytes = (base64: string) => expectOk(fromBase64(base64));

/** The secret and the message of the tests of Standard Webhooks, and the first key of RFC 8032. */
const SECRETS: WebhookSecrets = {
  hmac: bytes("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
  ed25519Seed: hexBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
};
const PUBLIC_KEY = hexBytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const MESSAGE = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330_999, body: '{"test": 2432232314}' };
const OLD: WebhookSecrets = { hmac: bytes("AAAA"), ed25519Seed: hexBytes("11".repeat(32)) };

const signaturesOf = (headers: Readonly<Record<string, string>>) =>
  (headers["webhook-signature"] ?? "").split(" ").map((one) => one.split(","));

async function isSignedBy(publicKey: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  const signed = utf8('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}');
  return crypto.subtle.verify("Ed25519", key, bytes(signature), signed);
}

describe("the headers of a delivery", () => {
  test("have the id of the event, the time of the attempt in seconds, and a signature of each kind", async () => {
    const headers = await signatureHeaders(MESSAGE, [SECRETS]);
    expect(headers).toMatchObject({ "webhook-id": MESSAGE.id, "webhook-timestamp": "1614265330" });
    const [hmac, pair = []] = signaturesOf(headers);
    expect(hmac).toEqual(["v1", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="]);
    expect(pair[0]).toBe("v1a");
    expect(await isSignedBy(PUBLIC_KEY, pair[1] ?? "")).toBe(true);
  });

  test("have four signatures during a rotation, those of the new secrets first", async () => {
    const [current, old] = [
      await signatureHeaders(MESSAGE, [SECRETS]),
      await signatureHeaders(MESSAGE, [OLD]),
    ];
    const both = signaturesOf(await signatureHeaders(MESSAGE, [SECRETS, OLD]));
    expect(both).toEqual([...signaturesOf(current), ...signaturesOf(old)]);
    expect(await isSignedBy(PUBLIC_KEY, both[3]?.[1] ?? "")).toBe(false);
  });
});

test("a receiver configures the secret and the public key as Standard Webhooks writes them", async () => {
  expect(secretText(SECRETS)).toBe("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  expect(await publicKeyText(SECRETS)).toBe("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
});
