import { toHex, type Bytes } from "../encoding/bytes.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { readCborMap, type CborMap, type CborValue } from "./cbor.ts";

// Public keys as authenticators write them: a COSE_Key in canonical CBOR, with exactly the fields of its key
// type and each number in one encoding. So a key has one sequence of bytes, which identifies it in a tenant's stream and
// is what hashes and fingerprints need.

export const ES256 = -7;
export const EDDSA = -8;
export const RS256 = -257;

export type CoseKey =
  | { readonly algorithm: typeof ES256; readonly x: Bytes; readonly y: Bytes }
  | { readonly algorithm: typeof EDDSA; readonly x: Bytes }
  | { readonly algorithm: typeof RS256; readonly modulus: Bytes };
export type CoseAlgorithm = CoseKey["algorithm"];

const COORDINATE_BYTES = 32;
const RSA_MODULUS_MIN_BITS = 2_048;
const RSA_MODULUS_MAX_BITS = 4_096;
/** 65537, the only exponent in use. */
const RSA_EXPONENT = "010001";
/** RSA-4096: map 1, kty 2, alg 1 + 3, modulus 1 + 3 + 512, exponent 1 + 1 + 3. */
export const COSE_KEY_MAX_BYTES = 1 + 2 + 4 + (4 + RSA_MODULUS_MAX_BITS / 8) + 5;

const LABEL = { kty: 1, alg: 3, curve: -1, x: -2, y: -3, modulus: -1, exponent: -2 };
const KEY_TYPE = { okp: 1, ec2: 2, rsa: 3 };
const CURVE = { p256: 1, ed25519: 6 };

/** The prime of P-256's field. x and x + this prime would be the same coordinate. */
const P256_FIELD = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
/** The y coordinates of Ed25519's eight points of small order, little-endian. */
const SMALL_ORDER_Y = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);
/** 2^255 - 19 and above: a second encoding of a small y. */
const BEYOND_FIELD = /^(?:e[d-f]|f[0-9a-f])(?:ff){30}7f$/;

export function readCoseKey(bytes: Uint8Array): Result<CoseKey> {
  if (bytes.length > COSE_KEY_MAX_BYTES) {
    return keyMalformed(`${bytes.length} bytes; at most ${COSE_KEY_MAX_BYTES} are possible`);
  }
  const map = readCborMap(bytes);
  if (!map.ok) return keyMalformed(map.refusal.detail);
  const algorithm = map.value.get(LABEL.alg);
  if (algorithm === ES256) return readEs256(map.value);
  if (algorithm === EDDSA) return readEddsa(map.value);
  if (algorithm === RS256) return readRs256(map.value);
  if (typeof algorithm !== "number") return keyMalformed("it names no algorithm");
  return refuse("algorithm_mismatch", `algorithm ${algorithm} is not ${ES256}, ${EDDSA} or ${RS256}`);
}

function readEs256(map: CborMap): Result<CoseKey> {
  const x = map.get(LABEL.x);
  const y = map.get(LABEL.y);
  const named = map.get(LABEL.kty) === KEY_TYPE.ec2 && map.get(LABEL.curve) === CURVE.p256;
  if (!named || map.size !== 5) return keyMalformed("an ES256 key has a type, an algorithm, P-256, x and y");
  if (!isCoordinate(x) || !isCoordinate(y)) return keyMalformed("coordinates on P-256 have 32 bytes each");
  if (toHex(x) >= P256_FIELD || toHex(y) >= P256_FIELD)
    return keyMalformed("a coordinate on P-256 is not in its canonical encoding");
  return accept({ algorithm: ES256, x, y });
}

function readEddsa(map: CborMap): Result<CoseKey> {
  const x = map.get(LABEL.x);
  const named = map.get(LABEL.kty) === KEY_TYPE.okp && map.get(LABEL.curve) === CURVE.ed25519;
  if (!named || map.size !== 4) return keyMalformed("an EdDSA key has a type, an algorithm, Ed25519 and x");
  if (!isCoordinate(x)) return keyMalformed("a point on Ed25519 has 32 bytes");
  if (!isSafePoint(x)) return keyMalformed("a point of small order, or not in its canonical encoding");
  return accept({ algorithm: EDDSA, x });
}

/**
 * With a key of small order, one signature is valid for any message. Some runtimes refuse such points and Node 20
 * does not, so without this check a receipt could verify on one machine and fail on another.
 */
export function isSafePoint(point: Bytes): boolean {
  // The top bit is the sign of x.
  const y = toHex(point.with(31, (point[31] ?? 0) & 0x7f));
  return !SMALL_ORDER_Y.has(y) && !BEYOND_FIELD.test(y);
}

function readRs256(map: CborMap): Result<CoseKey> {
  const modulus = map.get(LABEL.modulus);
  const exponent = map.get(LABEL.exponent);
  if (map.get(LABEL.kty) !== KEY_TYPE.rsa || map.size !== 4) {
    return keyMalformed("an RS256 key has a type, an algorithm, a modulus and an exponent");
  }
  if (!isBytes(exponent) || toHex(exponent) !== RSA_EXPONENT)
    return keyMalformed("the exponent is not 65537");
  const first = isBytes(modulus) ? (modulus[0] ?? 0) : 0;
  if (!isBytes(modulus) || first === 0)
    return keyMalformed("the modulus is not a number in its shortest form");
  const bits = 8 * modulus.length - (Math.clz32(first) - 24);
  if (bits < RSA_MODULUS_MIN_BITS || bits > RSA_MODULUS_MAX_BITS) {
    return keyMalformed(
      `a modulus of ${bits} bits; ${RSA_MODULUS_MIN_BITS} to ${RSA_MODULUS_MAX_BITS} are supported`,
    );
  }
  return accept({ algorithm: RS256, modulus });
}

function isBytes(value: CborValue | undefined): value is Bytes {
  return value instanceof Uint8Array;
}

function isCoordinate(value: CborValue | undefined): value is Bytes {
  return isBytes(value) && value.length === COORDINATE_BYTES;
}

export function keyMalformed(detail: string): ReturnType<typeof refuse> {
  return refuse("key_malformed", `the public key is refused: ${detail}`);
}
