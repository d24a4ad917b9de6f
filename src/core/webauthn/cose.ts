import { compareBytes, concat, toBase64url, toHex, utf8Text, type Bytes } from "../encoding/bytes.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// Public keys as authenticators write them: a COSE_Key in the one CBOR form that WebAuthn allows
// (CTAP2 canonical), with exactly the fields of its kind. So one key has one sequence of bytes, which
// matters here because those bytes go into hashes and fingerprints.

export const ES256 = -7;
export const EDDSA = -8;
export const RS256 = -257;

export type CoseKey =
  | { readonly algorithm: typeof ES256; readonly x: Bytes; readonly y: Bytes }
  | { readonly algorithm: typeof EDDSA; readonly x: Bytes }
  | { readonly algorithm: typeof RS256; readonly modulus: Bytes };
export type CoseAlgorithm = CoseKey["algorithm"];

export type CborValue = boolean | null | number | string | Bytes | readonly CborValue[] | CborMap;
export type CborMap = ReadonlyMap<number | string, CborValue>;

const COORDINATE_BYTES = 32;
const RSA_MODULUS_MIN_BITS = 2_048;
const RSA_MODULUS_MAX_BITS = 4_096;
/** 65537, the only one in use. */
const RSA_EXPONENT = "010001";
/** RSA-4096: map 1, kty 2, alg 1 + 3, modulus 1 + 3 + 512, exponent 1 + 1 + 3. */
export const COSE_KEY_MAX_BYTES = 1 + 2 + 4 + (4 + RSA_MODULUS_MAX_BITS / 8) + 5;
/** What CTAP2 allows: maps and lists within one another. */
const CBOR_MAX_DEPTH = 4;

const LABEL = { kty: 1, alg: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 };
const KEY_TYPE = { okp: 1, ec2: 2, rsa: 3 };
const CURVE = { p256: 1, ed25519: 6 };

/** The y coordinates of Ed25519's eight points of small order, little-endian. */
const SMALL_ORDER_Y = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);
/** 2^255 - 19 and above: a second spelling of a small y. */
const BEYOND_FIELD = /^(?:e[d-f]|f[0-9a-f])(?:ff){30}7f$/;

export function readCoseKey(bytes: Uint8Array): Result<CoseKey> {
  if (bytes.length > COSE_KEY_MAX_BYTES) {
    return malformed(`${bytes.length} bytes; at most ${COSE_KEY_MAX_BYTES} are possible`);
  }
  const map = readCborMap(bytes);
  if (!map.ok) return malformed(map.refusal.detail);
  const algorithm = map.value.get(LABEL.alg);
  if (algorithm === ES256) return readEs256(map.value);
  if (algorithm === EDDSA) return readEddsa(map.value);
  if (algorithm === RS256) return readRs256(map.value);
  if (typeof algorithm !== "number") return malformed("it names no algorithm");
  return refuse("algorithm_mismatch", `algorithm ${algorithm} is not ${ES256}, ${EDDSA} or ${RS256}`);
}

function readEs256(map: CborMap): Result<CoseKey> {
  const x = map.get(LABEL.x);
  const y = map.get(LABEL.y);
  const named = map.get(LABEL.kty) === KEY_TYPE.ec2 && map.get(LABEL.curve) === CURVE.p256;
  if (!named || map.size !== 5) return malformed("an ES256 key has a type, an algorithm, P-256, x and y");
  if (!isCoordinate(x) || !isCoordinate(y)) return malformed("coordinates on P-256 have 32 bytes each");
  return accept({ algorithm: ES256, x, y });
}

function readEddsa(map: CborMap): Result<CoseKey> {
  const x = map.get(LABEL.x);
  const named = map.get(LABEL.kty) === KEY_TYPE.okp && map.get(LABEL.curve) === CURVE.ed25519;
  if (!named || map.size !== 4) return malformed("an EdDSA key has a type, an algorithm, Ed25519 and x");
  if (!isCoordinate(x)) return malformed("a point on Ed25519 has 32 bytes");
  if (!isSoundPoint(x)) return malformed("a point of small order, or not in its one spelling");
  return accept({ algorithm: EDDSA, x });
}

/**
 * With a key of small order one signature fits any message. Some runtimes refuse such points and Node 20
 * does not, so without this check a receipt could be good on one machine and bad on another.
 */
export function isSoundPoint(point: Bytes): boolean {
  // The top bit is the sign of the other coordinate.
  const y = toHex(point.with(31, (point[31] ?? 0) & 0x7f));
  return !SMALL_ORDER_Y.has(y) && !BEYOND_FIELD.test(y);
}

function readRs256(map: CborMap): Result<CoseKey> {
  const modulus = map.get(LABEL.modulus);
  const exponent = map.get(LABEL.exponent);
  if (map.get(LABEL.kty) !== KEY_TYPE.rsa || map.size !== 4) {
    return malformed("an RS256 key has a type, an algorithm, a modulus and an exponent");
  }
  if (!isBytes(exponent) || toHex(exponent) !== RSA_EXPONENT) return malformed("the exponent is not 65537");
  const first = isBytes(modulus) ? (modulus[0] ?? 0) : 0;
  if (!isBytes(modulus) || first === 0) return malformed("the modulus is not a number in its shortest form");
  const bits = 8 * modulus.length - (Math.clz32(first) - 24);
  if (bits < RSA_MODULUS_MIN_BITS || bits > RSA_MODULUS_MAX_BITS) {
    return malformed(
      `a modulus of ${bits} bits; taken are ${RSA_MODULUS_MIN_BITS} to ${RSA_MODULUS_MAX_BITS}`,
    );
  }
  return accept({ algorithm: RS256, modulus });
}

/** As import and verification want it; each takes what it needs of it. */
export const WEBCRYPTO_ALGORITHM = {
  [ES256]: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  [EDDSA]: { name: "Ed25519" },
  [RS256]: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};

export async function importCoseKey(key: CoseKey): Promise<Result<CryptoKey>> {
  try {
    return accept(await webCryptoKey(key));
  } catch {
    // Here WebCrypto itself refuses a point that is not on the curve.
    return malformed("WebCrypto does not take it");
  }
}

function webCryptoKey(key: CoseKey): Promise<CryptoKey> {
  const algorithm = WEBCRYPTO_ALGORITHM[key.algorithm];
  if (key.algorithm === RS256) {
    const jwk = { kty: "RSA", alg: "RS256", n: toBase64url(key.modulus), e: "AQAB" };
    return crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
  }
  const point = key.algorithm === ES256 ? concat(Uint8Array.of(4), key.x, key.y) : key.x;
  return crypto.subtle.importKey("raw", point, algorithm, false, ["verify"]);
}

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

function isBytes(value: CborValue | undefined): value is Bytes {
  return value instanceof Uint8Array;
}

function isCoordinate(value: CborValue | undefined): value is Bytes {
  return isBytes(value) && value.length === COORDINATE_BYTES;
}

function malformed(detail: string): ReturnType<typeof refuse> {
  return refuse("key_malformed", `the public key is refused: ${detail}`);
}
