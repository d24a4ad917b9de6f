import { base64urlBytes, toBase64, utf8, type Bytes } from "../encoding/bytes.ts";
import { pkcs8OfSeed } from "../encoding/ed25519-seed.ts";
import { hmacSha256 } from "../encoding/hash.ts";

// Signatures of Standard Webhooks, with a shared secret (`v1`) and with a key pair (`v1a`). A receiver takes any
// signature that it can verify, so each delivery has both, and during a rotation those of the old secrets, too.

/** The secrets of one webhook: 32 bytes each. */
export interface WebhookSecrets {
  readonly hmac: Bytes;
  readonly ed25519Seed: Bytes;
}

export interface SignedMessage {
  /** The id of the event: the same in each attempt. */
  readonly id: string;
  /** When this attempt is made, in milliseconds. A receiver refuses an old one, as a repetition by somebody else. */
  readonly at: number;
  readonly body: string;
}

/** As the receiver configures it. It is a secret. */
export function secretText({ hmac }: WebhookSecrets): string {
  return `whsec_${toBase64(hmac)}`;
}

/** As the receiver configures it. Everybody may know it. */
export async function publicKeyText({ ed25519Seed }: WebhookSecrets): Promise<string> {
  // Only this format of a private key contains the public one.
  const exported = await crypto.subtle.exportKey("jwk", await privateKey(ed25519Seed));
  const point = "x" in exported ? exported.x : undefined;
  if (point === undefined) throw new TypeError("an exported Ed25519 key has its public part");
  return `whpk_${toBase64(base64urlBytes(point))}`;
}

/** `secrets` are the current ones, and during a rotation those before. */
export async function signatureHeaders(
  { id, at, body }: SignedMessage,
  secrets: readonly WebhookSecrets[],
): Promise<Readonly<Record<string, string>>> {
  const timestamp = `${Math.floor(at / 1_000)}`;
  const message = utf8(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    secrets.map(async ({ hmac, ed25519Seed }) => {
      const signed = await crypto.subtle.sign("Ed25519", await privateKey(ed25519Seed), message);
      return `v1,${toBase64(hmacSha256(hmac, message))} v1a,${toBase64(new Uint8Array(signed))}`;
    }),
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

function privateKey(seed: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", pkcs8OfSeed(seed), "Ed25519", true, ["sign"]);
}
