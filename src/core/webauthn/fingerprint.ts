import { groupedHex, toHex } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";

/** For people to compare passkeys: the start of the public key's hash, in groups of four. */
export function fingerprintOf(publicKey: Uint8Array): string {
  return groupedHex(toHex(sha256(publicKey).subarray(0, 8)), 4);
}
