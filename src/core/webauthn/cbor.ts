import { compareBytes, utf8Text, type Bytes } from "../encoding/bytes.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// CBOR (RFC 8949) in the one form that WebAuthn allows, CTAP2 canonical CBOR: each value has exactly one
// sequence of bytes.

export type CborValue = boolean | null | number | string | Bytes | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<number | string, CborValue>;

/** CTAP2's limit on nested maps and lists. */
const CBOR_MAX_DEPTH = 4;

/** Exactly one map in CTAP2 canonical form: shortest lengths, sorted names, no tags, no floats. */
export function readCborMap(bytes: Uint8Array): Result<CborMap> {
  try {
    return accept(new Reader(bytes).document());
  } catch (problem) {
    if (!(problem instanceof CborError)) throw problem;
    return refuse("encoding_malformed", `not canonical CBOR: ${problem.message}`);
  }
}

/** Thrown at any depth; never leaves this file. */
class CborError extends Error {}

function fail(detail: string): never {
  throw new CborError(detail);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  document(): CborMap {
    const value = this.#value(1);
    if (!(value instanceof Map)) fail("the outermost value is not a map");
    if (this.#at !== this.#bytes.length) fail("bytes follow the map");
    return value;
  }

  #value(depth: number): CborValue {
    const first = this.#take(1)[0] ?? 0;
    const major = first >> 5;
    if (major === 7) return simple(first);
    if (major > 3 && depth > CBOR_MAX_DEPTH) fail(`nested more than ${CBOR_MAX_DEPTH} levels deep`);
    const argument = this.#argument(first & 31);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.#take(argument).slice();
      case 3:
        return utf8Text(this.#take(argument)) ?? fail("text that is not UTF-8");
      case 4:
        return this.#list(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        return fail("a tag");
    }
  }

  #argument(short: number): number {
    if (short < 24) return short;
    if (short > 27) fail("an indefinite or reserved length");
    const width = 1 << (short - 24);
    let argument = 0;
    for (const byte of this.#take(width)) argument = argument * 256 + byte;
    if (argument >= Number.MAX_SAFE_INTEGER) fail("a number too large to be exact");
    const shorter = width === 1 ? 24 : 256 ** (width / 2);
    if (argument < shorter) fail("a number that is not in its shortest form");
    return argument;
  }

  // A false length needs no check of its own: every value takes at least a byte, so reading hits the end.
  #list(length: number, depth: number): CborValue[] {
    const list: CborValue[] = [];
    while (list.length < length) list.push(this.#value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): CborMap {
    const map = new Map<number | string, CborValue>();
    let previous: Uint8Array | undefined;
    while (map.size < length) {
      const start = this.#at;
      const name = this.#value(depth + 1);
      if (typeof name !== "number" && typeof name !== "string")
        fail("a name that is neither a number nor text");
      const encoded = this.#bytes.subarray(start, this.#at);
      // In shortest form, byte order is CTAP2's order: type, then length, then content.
      if (previous && compareBytes(previous, encoded) >= 0) fail("names that are unsorted or duplicate");
      previous = encoded;
      map.set(name, this.#value(depth + 1));
    }
    return map;
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) fail("the bytes end too early");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

function simple(first: number): boolean | null {
  if (first === 0xf4) return false;
  if (first === 0xf5) return true;
  if (first === 0xf6) return null;
  return fail("a float or an unassigned value");
}
