import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concat, owned, utf8, type Bytes } from "./bytes.ts";

// Synchronous on purpose: for the 65 bytes of a log entry WebCrypto's digest costs some thirty times
// more, and the approval page must not await between the tap and the passkey prompt.

export const HASH_BYTES = 32;

export function sha256(...parts: readonly Uint8Array[]): Bytes {
  return owned(nobleSha256(parts.length === 1 && parts[0] ? parts[0] : concat(...parts)));
}

/** Hash of `tag`, a zero byte and the parts: a hash made for one purpose is never one made for another. */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Bytes {
  return sha256(utf8(`${tag}\0`), ...parts);
}

export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  return owned(hmac(nobleSha256, key, message));
}
