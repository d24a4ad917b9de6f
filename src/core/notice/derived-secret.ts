import { utf8, type Bytes } from "../encoding/bytes.ts";
import { hmacSha256 } from "../encoding/hash.ts";

/** What a derived secret is for. A new purpose gets a new name: two purposes must never share a secret. */
type SecretPurpose = "webhook-hmac" | "webhook-ed25519" | "unsubscribe" | "verify-address";

/**
 * 32 bytes that only somebody with the seed can compute. So the database holds no secret of a webhook and none of a
 * link, and a copy of the database can't sign a delivery.
 */
export function deriveSecret(seed: Uint8Array, purpose: SecretPurpose, ...of: readonly string[]): Bytes {
  return hmacSha256(seed, utf8(JSON.stringify([purpose, ...of])));
}

/** Takes the same time wherever they differ: how long it takes must not help to guess a secret. */
export function isSame(given: Uint8Array, secret: Uint8Array): boolean {
  if (given.length !== secret.length) return false;
  return secret.reduce((difference, byte, at) => difference | (byte ^ (given[at] ?? 0)), 0) === 0;
}
