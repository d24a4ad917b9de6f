import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { base64, base64urlnopad } from "@scure/base";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";

// Byte sequences and their text encodings. Each encoding is strict: one text for one sequence of bytes, so
// that a hash of the text and a hash of the bytes always mean the same.

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
  return owned(concatBytes(...parts));
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

export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

export function fromHex(text: string): Result<Bytes> {
  // The library also accepts upper case, a second text for the same bytes.
  const bytes = decode(hexToBytes, text);
  return bytes && !/[A-F]/.test(text)
    ? accept(bytes)
    : refuse("encoding_malformed", "expected lower-case hexadecimal digits, two for each byte");
}

export function toBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

export function fromBase64url(text: string): Result<Bytes> {
  const bytes = decode(base64urlnopad.decode, text);
  return bytes ? accept(bytes) : refuse("encoding_malformed", "expected base64url without padding");
}

export function toBase64(bytes: Uint8Array): string {
  return base64.encode(bytes);
}

export function fromBase64(text: string): Result<Bytes> {
  const bytes = decode(base64.decode, text);
  return bytes ? accept(bytes) : refuse("encoding_malformed", "expected padded base64");
}

/** The libraries throw for text in another encoding. */
function decode(decoder: (text: string) => Uint8Array, text: string): Bytes | undefined {
  try {
    return owned(decoder(text));
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
