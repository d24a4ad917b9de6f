import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// Byte sequences and their text encodings. Each encoding is strict: one text for one sequence of bytes, so
// that a hash of the text and a hash of the bytes always mean the same. A few lines instead of a package, since a
// person who reads the approval page's module reads them too.

/** WebCrypto only accepts bytes whose type excludes shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Narrows the type of bytes from a library whose types allow shared memory. */
export function owned(bytes: Uint8Array): Bytes {
  return bytes as Bytes;
}

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
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Not for secrets: the time this takes reveals where two values differ. */
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

/** A whole number up to 2^53 - 1 as eight bytes, big-endian. */
export function u64be(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const BYTE_OF_HEX: ReadonlyMap<string, number> = new Map(HEX.map((pair, byte) => [pair, byte]));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte] ?? "";
  return text;
}

export function fromHex(text: string): Result<Bytes> {
  const bytes = new Uint8Array(Math.ceil(text.length / 2));
  for (let at = 0; at < bytes.length; at++) {
    const byte = BYTE_OF_HEX.get(text.slice(2 * at, 2 * at + 2));
    if (byte === undefined)
      return refuse("encoding_malformed", "expected lower-case hexadecimal digits, two for each byte");
    bytes[at] = byte;
  }
  return accept(bytes);
}

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64 = `${ALPHANUMERIC}+/`;
const BASE64URL = `${ALPHANUMERIC}-_`;
/** Each digit of base64 has six bits, so four digits make three bytes. */
const DIGIT_BITS = 6;

export function toBase64(bytes: Uint8Array): string {
  const text = digitsOf(bytes, BASE64);
  return text.padEnd(4 * Math.ceil(text.length / 4), "=");
}

export function fromBase64(text: string): Result<Bytes> {
  const digits = text.replace(/={1,2}$/, "");
  const bytes =
    text.length % 4 === 0 && digits.length > text.length - 3 ? bytesOf(digits, BASE64) : undefined;
  return bytes ? accept(bytes) : refuse("encoding_malformed", "expected padded base64");
}

export function toBase64url(bytes: Uint8Array): string {
  return digitsOf(bytes, BASE64URL);
}

export function fromBase64url(text: string): Result<Bytes> {
  const bytes = bytesOf(text, BASE64URL);
  return bytes ? accept(bytes) : refuse("encoding_malformed", "expected base64url without padding");
}

function digitsOf(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let bits = 0;
  let left = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    for (left += 8; left >= DIGIT_BITS; left -= DIGIT_BITS)
      text += alphabet[(bits >> (left - DIGIT_BITS)) & 0x3f] ?? "";
  }
  return left === 0 ? text : text + (alphabet[(bits << (DIGIT_BITS - left)) & 0x3f] ?? "");
}

const VALUES: ReadonlyMap<string, Int8Array> = new Map(
  [BASE64, BASE64URL].map((alphabet) => [
    alphabet,
    Int8Array.from({ length: 128 }, (_, code) => alphabet.indexOf(String.fromCharCode(code))),
  ]),
);

/** Undefined if another text is the one for these bytes: its last bits must be zero, and there must be as few as needed. */
function bytesOf(text: string, alphabet: string): Bytes | undefined {
  const values = VALUES.get(alphabet);
  const bytes = new Uint8Array(Math.floor((text.length * DIGIT_BITS) / 8));
  let bits = 0;
  let left = 0;
  let at = 0;
  for (let place = 0; place < text.length; place++) {
    const value = values?.[text.charCodeAt(place)] ?? -1;
    if (value < 0) return undefined;
    bits = ((bits << DIGIT_BITS) | value) & 0xffff;
    left += DIGIT_BITS;
    if (left < 8) continue;
    left -= 8;
    bytes[at++] = bits >> left;
  }
  return left >= DIGIT_BITS || (bits & ((1 << left) - 1)) !== 0 ? undefined : bytes;
}

/** For text whose shape has already checked the encoding. */
export function base64urlBytes(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

export function hexBytes(text: string): Bytes {
  return expectOk(fromHex(text));
}
