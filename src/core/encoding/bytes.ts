import { accept, refuse, type Result } from "../refusal.ts";

// Encodings are strict both ways: one text for one sequence of bytes, so that a hash of the text
// and a hash of the bytes can never be played against each other.

/** WebCrypto wants bytes that are certainly not in shared memory; everything here is. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** For bytes from a library whose types do not say that they are not shared. */
export function owned(bytes: Uint8Array): Bytes {
  return bytes as Bytes;
}

const HEX_DIGITS = "0123456789abcdef";
const BASE64_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL = `${BASE64_STANDARD.slice(0, 62)}-_`;
const NO_DIGIT = 64;
const STANDARD_DIGITS = digitsOf(BASE64_STANDARD);
const URL_DIGITS = digitsOf(BASE64_URL);

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return owned(encoder.encode(text));
}

/** The text of these bytes, or undefined if they are not UTF-8. A byte order mark is kept as a character. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Not for secrets: the time it takes tells where two values differ. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Eight bytes, most significant first, for whole numbers up to 2^53 - 1. */
export function u64be(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15);
  return text;
}

export function fromHex(text: string): Result<Bytes> {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    return refuse("encoding_malformed", "expected lower-case hexadecimal digits, two for each byte");
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (hexDigit(text, 2 * index) << 4) | hexDigit(text, 2 * index + 1);
  }
  return accept(bytes);
}

/** The digits stand at 48, and the letters from 97 on. */
function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

export function toBase64url(bytes: Uint8Array): string {
  return encode64(bytes, BASE64_URL);
}

export function fromBase64url(text: string): Result<Bytes> {
  return decode64(text, URL_DIGITS, "base64url without padding");
}

export function toBase64(bytes: Uint8Array): string {
  const text = encode64(bytes, BASE64_STANDARD);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

export function fromBase64(text: string): Result<Bytes> {
  const bare = text.replace(/={1,2}$/, "");
  if (text.length % 4 !== 0 || bare.length !== text.length - ((4 - (bare.length % 4)) % 4)) {
    return refuse("encoding_malformed", "expected padded base64");
  }
  return decode64(bare, STANDARD_DIGITS, "padded base64");
}

function encode64(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const present = Math.min(3, bytes.length - index);
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    for (let digit = 0; digit <= present; digit++) text += alphabet.charAt((group >> (18 - 6 * digit)) & 63);
  }
  return text;
}

/** By the code of a character, what it stands for. */
function digitsOf(alphabet: string): Uint8Array {
  const digits = new Uint8Array(128).fill(NO_DIGIT);
  for (let digit = 0; digit < alphabet.length; digit++) digits[alphabet.charCodeAt(digit)] = digit;
  return digits;
}

function decode64(text: string, digits: Uint8Array, expected: string): Result<Bytes> {
  const refusal = refuse("encoding_malformed", `expected ${expected}`);
  if (text.length % 4 === 1) return refusal;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let pending = 0;
  let bits = 0;
  let written = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = digits[text.charCodeAt(index)] ?? NO_DIGIT;
    if (digit === NO_DIGIT) return refusal;
    pending = ((pending << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[written++] = (pending >> bits) & 255;
  }
  // Bits beyond the last byte would be a second spelling of the same bytes.
  if ((pending & ((1 << bits) - 1)) !== 0) return refusal;
  return accept(bytes);
}
