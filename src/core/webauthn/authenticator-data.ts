import { equalBytes, utf8, type Bytes } from "../encoding/bytes.ts";
import { HASH_BYTES, sha256 } from "../encoding/hash.ts";
import { refuse } from "../refusal.ts";

// The start of what the authenticator signs: the hash of the RP ID, the flags and the signature counter.

const FLAGS_AT = HASH_BYTES;
/** Hash, flags and counter: 32 + 1 + 4. */
export const AUTHENTICATOR_DATA_MIN_BYTES = HASH_BYTES + 1 + 4;

export const FLAG = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  backedUp: 0x10,
  attestedData: 0x40,
  extensionData: 0x80,
} as const;

export function hasFlag(data: Bytes, flag: number): boolean {
  return ((data[FLAGS_AT] ?? 0) & flag) !== 0;
}

export function signCountOf(data: Bytes): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(FLAGS_AT + 1);
}

/** What is wrong with RP ID, presence, verification or backup flags, for a new passkey as for its use. */
export function presenceProblem(data: Bytes, rpId: string): ReturnType<typeof refuse> | undefined {
  if (!equalBytes(data.subarray(0, HASH_BYTES), sha256(utf8(rpId)))) {
    return refuse("rp_id_mismatch", `the passkey is for another site than ${rpId}`);
  }
  if (!hasFlag(data, FLAG.userPresent)) return refuse("user_not_present", "nobody touched the authenticator");
  if (!hasFlag(data, FLAG.userVerified)) {
    return refuse("user_not_verified", "the authenticator did not verify its user");
  }
  if (hasFlag(data, FLAG.backedUp) && !hasFlag(data, FLAG.backupEligible)) {
    return refuse("backup_flags_invalid", "the passkey is backed up but not eligible for backup");
  }
  return undefined;
}
