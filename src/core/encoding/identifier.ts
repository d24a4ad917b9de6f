import type { Bytes } from "./bytes.ts";

// Ids of database rows. They start with the time, because random keys slow down a growing table, followed by 128
// random bits, so that nobody can guess an id.

export const ID_RANDOM_BYTES = 16;
/** 32^9 milliseconds last until the year 3084. */
const TIME_DIGITS = 9;
const RANDOM_DIGITS = 26;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

export function makeId(prefix: string, now: number, random: Bytes): string {
  if (random.length !== ID_RANDOM_BYTES) throw new RangeError(`an id needs ${ID_RANDOM_BYTES} random bytes`);
  const bits = random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return `${prefix}_${digits(BigInt(now), TIME_DIGITS)}${digits(bits, RANDOM_DIGITS)}`;
}

/** Whether a text could be an id with this prefix. */
export function isId(prefix: string, text: string): boolean {
  const body = text.slice(prefix.length + 1);
  return (
    text.startsWith(`${prefix}_`) &&
    body.length === TIME_DIGITS + RANDOM_DIGITS &&
    Array.from(body).every((character) => ALPHABET.includes(character))
  );
}

/** Not after any id that was made at this time or later. */
export function earliestId(prefix: string, time: number): string {
  const latest = 32 ** TIME_DIGITS - 1;
  return `${prefix}_${digits(BigInt(Math.min(Math.max(time, 0), latest)), TIME_DIGITS)}`;
}

function digits(value: bigint, count: number): string {
  let text = "";
  let rest = value;
  for (let place = 0; place < count; place++) {
    text = ALPHABET.charAt(Number(rest & 31n)) + text;
    rest >>= 5n;
  }
  return text;
}
