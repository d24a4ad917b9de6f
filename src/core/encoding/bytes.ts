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

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte] ?? "";
  return text;
}

export function fromHex(text: string): Result<Bytes> {
  if (text.length % 2 !== 0 || /[^0-9a-f]/.test(text))
    return refuse("encoding_malformed", "expected lower-case hexadecimal digits, two for each byte");
  const digits = text.match(/../g) ?? [];
  return accept(Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16)));
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function fromBase64(text: string): Result<Bytes> {
  const bytes = decoded(text);
  // Another text for the same bytes is refused: other last bits, white space, missing padding.
  return bytes && toBase64(bytes) === text
    ? accept(bytes)
    : refuse("encoding_malformed", "expected padded base64");
}

export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function fromBase64url(text: string): Result<Bytes> {
  const bytes = decoded(text.replaceAll("-", "+").replaceAll("_", "/"));
  return bytes && toBase64url(bytes) === text
    ? accept(bytes)
    : refuse("encoding_malformed", "expected base64url without padding");
}

function decoded(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** For text whose shape has already checked the encoding. */
export function base64urlBytes(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

export function hexBytes(text: string): Bytes {
  return expectOk(fromHex(text));
}
