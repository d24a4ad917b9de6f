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

/** The digits of a text encoding, each of which holds this many bits. */
interface Digits {
  readonly alphabet: string;
  readonly bits: number;
  /** By ASCII code; -1 for another character. */
  readonly values: Int8Array;
}

function digitsFrom(alphabet: string, bits: number): Digits {
  const valueOf = (code: number) => alphabet.indexOf(String.fromCharCode(code));
  return { alphabet, bits, values: Int8Array.from({ length: 128 }, (_, code) => valueOf(code)) };
}

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX = digitsFrom("0123456789abcdef", 4);
const BASE64 = digitsFrom(`${ALPHANUMERIC}+/`, 6);
const BASE64URL = digitsFrom(`${ALPHANUMERIC}-_`, 6);

export function toHex(bytes: Uint8Array): string {
  return encode(bytes, HEX);
}

/** With a space after each group, so that people can compare the digits by eye. */
export function groupedHex(hex: string, groupDigits = 8): string {
  return hex.replace(new RegExp(`.{${groupDigits}}(?=.)`, "g"), "$& ");
}

export function fromHex(text: string): Result<Bytes> {
  return read(text, HEX, "expected lower-case hexadecimal digits, two for each byte");
}

export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, BASE64);
  return text.padEnd(4 * Math.ceil(text.length / 4), "=");
}

export function fromBase64(text: string): Result<Bytes> {
  // With whole groups of four, the digits alone decide how many signs of padding are right.
  const padded = text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : "=";
  return read(padded, BASE64, "expected padded base64");
}

export function toBase64url(bytes: Uint8Array): string {
  return encode(bytes, BASE64URL);
}

export function fromBase64url(text: string): Result<Bytes> {
  return read(text, BASE64URL, "expected base64url without padding");
}

function encode(bytes: Uint8Array, { alphabet, bits }: Digits): string {
  const mask = (1 << bits) - 1;
  let text = "";
  let held = 0;
  let left = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    for (left += 8; left >= bits; left -= bits) text += alphabet[(held >> (left - bits)) & mask] ?? "";
  }
  return left === 0 ? text : text + (alphabet[(held << (bits - left)) & mask] ?? "");
}

function read(text: string, digits: Digits, expected: string): Result<Bytes> {
  const bytes = decode(text, digits);
  return bytes ? accept(bytes) : refuse("encoding_malformed", expected);
}

/** Undefined if another text is the one for these bytes: its last bits must be zero, and there must be as few as needed. */
function decode(text: string, { bits, values }: Digits): Bytes | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * bits) / 8));
  let held = 0;
  let left = 0;
  let at = 0;
  for (let place = 0; place < text.length; place++) {
    const value = values[text.charCodeAt(place)] ?? -1;
    if (value < 0) return undefined;
    held = ((held << bits) | value) & 0xffff;
    left += bits;
    if (left < 8) continue;
    left -= 8;
    bytes[at++] = held >> left;
  }
  return left >= bits || (held & ((1 << left) - 1)) !== 0 ? undefined : bytes;
}

/** For text whose shape has already checked the encoding. */
export function base64urlBytes(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

export function hexBytes(text: string): Bytes {
  return expectOk(fromHex(text));
}
