import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { concat, owned, utf8, type Bytes } from "./bytes.ts";

// Synchronous, because WebCrypto's digest takes some thirty times longer for the 65 bytes of a log entry, and
// because the approval page must not await anything between the tap and the passkey prompt.

export const HASH_BYTES = 32;

export function sha256(...parts: readonly Uint8Array[]): Bytes {
  return owned(nobleSha256(parts.length === 1 && parts[0] ? parts[0] : concat(...parts)));
}

/** Hash of `tag`, a zero byte and the parts, so that hashes for different purposes never match. */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Bytes {
  return sha256(utf8(`${tag}\0`), ...parts);
}

export function hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
  return owned(hmac(nobleSha256, key, message));
}
