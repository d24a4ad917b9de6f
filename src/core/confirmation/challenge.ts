import { concat, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, sha256, taggedHash } from "../encoding/hash.ts";

/** The 64 bytes under every signature. Who knows only the payload can still check the second half. */
export function challengeOf(nonce: Uint8Array, payloadHash: Uint8Array): Bytes {
  if (nonce.length !== HASH_BYTES || payloadHash.length !== HASH_BYTES) {
    throw new RangeError("a challenge is made of two hashes");
  }
  return concat(nonce, payloadHash);
}

/**
 * Eight hexadecimal digits for two people to compare over the telephone. The confirmation's id is drawn
 * after the payload is fixed, so nobody can search for a payload whose code matches another's.
 */
export function comparisonCode(confirmation: string, payloadHash: Uint8Array, action: string): string {
  const digest = taggedHash("countersign/code/v1", utf8(confirmation), payloadHash, sha256(utf8(action)));
  return toHex(digest.subarray(0, 4));
}

/** As it is read aloud: two groups of four. */
export function groupedCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}
