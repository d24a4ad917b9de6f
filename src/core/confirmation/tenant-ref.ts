import { BASE62, randomBase62 } from "../encoding/base62.ts";

// A tenant's id. Its first character names the database, the shard, in which the tenant was created. Everything that a
// caller presents contains it, so a call reaches its tenant without a look-up.

const RANDOM_CHARACTERS = 7;
export const REF_CHARACTERS = 1 + RANDOM_CHARACTERS;
const REF = new RegExp(`^[0-9A-Za-z]{${REF_CHARACTERS}}$`);
/** Fewer than 7 of 32 bytes remain only if 26 or more are skipped: C(32, 26) / 32^26, less than 2^-110. */
export const REF_RANDOM_BYTES = 32;

export function makeRef(shard: string, random: Uint8Array): string {
  if (!isShard(shard)) throw new RangeError("a shard is named by one base62 character");
  if (random.length < REF_RANDOM_BYTES) throw new RangeError(`a ref takes ${REF_RANDOM_BYTES} random bytes`);
  return shard + randomBase62(random, RANDOM_CHARACTERS);
}

export function isRef(text: string): boolean {
  return REF.test(text);
}

export function shardOfRef(ref: string): string {
  return ref.charAt(0);
}

export function isShard(text: string): boolean {
  return text.length === 1 && BASE62.includes(text);
}
