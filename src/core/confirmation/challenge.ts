import { concat, toHex, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, sha256, taggedHash } from "../encoding/hash.ts";
import { accept, refuse, type Result } from "../refusal.ts";

export const CHALLENGE_BYTES = 2 * HASH_BYTES;

/** The 64 bytes under every signature. Who knows only the payload can still check the second half. */
export function challengeOf(nonce: Uint8Array, payloadHash: Uint8Array): Bytes {
  if (nonce.length !== HASH_BYTES || payloadHash.length !== HASH_BYTES) {
    throw new RangeError("a challenge is made of two hashes");
  }
  return concat(nonce, payloadHash);
}

export function splitChallenge(challenge: Bytes): Result<{ nonce: Bytes; payloadHash: Bytes }> {
  if (challenge.length !== CHALLENGE_BYTES) {
    return refuse(
      "challenge_mismatch",
      `a challenge has ${CHALLENGE_BYTES} bytes, this one ${challenge.length}`,
    );
  }
  return accept({ nonce: challenge.slice(0, HASH_BYTES), payloadHash: challenge.slice(HASH_BYTES) });
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
export function spokenCode(code: string): string {
  return `${code.slice(0, 4)} ${code.slice(4)}`;
}
