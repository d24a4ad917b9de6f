// The alphabet of API keys and tenant refs: no character needs escaping in an address, a header or a cookie.

export const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Larger bytes are skipped, because 256 - 4 * 62 = 8 characters would become more likely. */
const FIRST_BIASED_BYTE = 4 * BASE62.length;

/** Raises if too few bytes are usable. Of random bytes one in 32 is skipped. */
export function randomBase62(random: Uint8Array, count: number): string {
  const usable = [...random].filter((byte) => byte < FIRST_BIASED_BYTE).slice(0, count);
  if (usable.length < count) throw new RangeError("these bytes are not random");
  return usable.map((byte) => BASE62.charAt(byte % BASE62.length)).join("");
}

/** This many digits, with zeros in front. */
export function toBase62(value: number, digits: number): string {
  let rest = value;
  let text = "";
  for (let digit = 0; digit < digits; digit++) {
    text = BASE62.charAt(rest % BASE62.length) + text;
    rest = Math.floor(rest / BASE62.length);
  }
  return text;
}
