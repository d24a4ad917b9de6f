import { compareBytes, utf8Text, type Bytes } from "../encoding/bytes.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// CBOR (RFC 8949) in the one form that WebAuthn allows, CTAP2 canonical CBOR: each value has exactly one
// sequence of bytes.

export type CborValue = boolean | null | number | string | Bytes | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<number | string, CborValue>;

/** CTAP2's limit on nested maps and lists. */
const CBOR_MAX_DEPTH = 4;

/** Exactly one map in CTAP2 canonical form: shortest lengths, names in order, no tags, no floats. */
export function readCborMap(bytes: Uint8Array): Result<CborMap> {
  try {
    return accept(new Reader(bytes).document());
  } catch (problem) {
    if (!(problem instanceof Stop)) throw problem;
    return refuse("encoding_malformed", `not canonical CBOR: ${problem.message}`);
  }
}

/** Ends the reading from any depth; never leaves this file. */
class Stop extends Error {}

function stop(detail: string): never {
  throw new Stop(detail);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  document(): CborMap {
    const value = this.#value(1);
    if (!(value instanceof Map)) stop("the outermost value must be a map");
    if (this.#at !== this.#bytes.length) stop("bytes follow the map");
    return value;
  }

  #value(depth: number): CborValue {
    const first = this.#take(1)[0] ?? 0;
    const major = first >> 5;
    if (major === 7) return simple(first);
    if (major > 3 && depth > CBOR_MAX_DEPTH) stop(`nested more than ${CBOR_MAX_DEPTH} levels deep`);
    const argument = this.#argument(first & 31);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.#take(argument).slice();
      case 3:
        return utf8Text(this.#take(argument)) ?? stop("text that is not UTF-8");
      case 4:
        return this.#list(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        return stop("a tag");
    }
  }

  #argument(short: number): number {
    if (short < 24) return short;
    if (short > 27) stop("a length that is not said");
    const width = 1 << (short - 24);
    let argument = 0;
    for (const byte of this.#take(width)) argument = argument * 256 + byte;
    if (argument >= Number.MAX_SAFE_INTEGER) stop("a number too large to be exact");
    const shorter = width === 1 ? 24 : 256 ** (width / 2);
    if (argument < shorter) stop("a number that is not in its shortest form");
    return argument;
  }

  // A claimed length needs no check: every value takes a byte, so a false one runs into the end.
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
      if (typeof name !== "number" && typeof name !== "string") stop("a name that is no number or text");
      const written = this.#bytes.subarray(start, this.#at);
      // In shortest form the order of the bytes is CTAP2's order: kind, then length, then content.
      if (previous && compareBytes(previous, written) >= 0) stop("names out of order, or one twice");
      previous = written;
      map.set(name, this.#value(depth + 1));
    }
    return map;
  }

  #take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) stop("it ends too early");
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}

function simple(first: number): boolean | null {
  if (first === 0xf4) return false;
  if (first === 0xf5) return true;
  if (first === 0xf6) return null;
  return stop("a float or an unassigned value");
}
