import { concat, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, sha256, taggedHash } from "../encoding/hash.ts";

/** The 64 bytes that every passkey signs. A reader who knows only the payload can still check the second half. */
export function challengeOf(nonce: Uint8Array, payloadHash: Uint8Array): Bytes {
  if (nonce.length !== HASH_BYTES || payloadHash.length !== HASH_BYTES) {
    throw new RangeError("a challenge consists of two hashes");
  }
  return concat(nonce, payloadHash);
}

/**
 * Eight hex digits that two people can compare by phone. The confirmation's id is generated after the payload
 * is fixed, so nobody can search for a payload with the same code as another.
 */
export function comparisonCode(confirmation: string, payloadHash: Uint8Array, action: string): string {
  const digest = taggedHash("countersign/code/v1", utf8(confirmation), payloadHash, sha256(utf8(action)));
  return toHex(digest.subarray(0, 4));
}

/** In two groups of four, for reading aloud. */
export function groupedCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}
