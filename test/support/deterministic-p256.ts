import { concat, owned, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { derFromRaw } from "../../src/core/webauthn/der.ts";
import { hmacSha256, sha256 } from "../../src/core/encoding/hash.ts";

// ECDSA on P-256 with the nonce of RFC 6979, because WebCrypto draws a new nonce for each signature and
// the vectors must come out the same every time. For tests only: it does not hide its secrets.

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const BASE: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};
const NUMBER_BYTES = 32;

/** The point at infinity is undefined. */
type Point = { readonly x: bigint; readonly y: bigint } | undefined;

export function publicPoint(secret: Bytes): { readonly x: Bytes; readonly y: Bytes } {
  const point = multiply(BASE, toNumber(secret));
  if (point === undefined) throw new RangeError("a secret is not zero");
  return { x: toBytes(point.x), y: toBytes(point.y) };
}

/** In DER, as an authenticator signs. */
export function signP256(secret: Bytes, message: Bytes): Bytes {
  const key = toNumber(secret);
  const hash = sha256(message);
  const reduced = mod(toNumber(hash), N);
  for (const nonce of nonces(secret, toBytes(reduced))) {
    const r = mod(multiply(BASE, nonce)?.x ?? 0n, N);
    const s = mod(inverse(nonce, N) * (reduced + r * key), N);
    if (r !== 0n && s !== 0n) return derFromRaw(concat(toBytes(r), toBytes(s)));
  }
  throw new RangeError("no nonce gives a signature");
}

/** RFC 6979, section 3.2. */
function* nonces(secret: Bytes, hash: Bytes): Generator<bigint, void> {
  let key: Bytes = new Uint8Array(NUMBER_BYTES);
  let value: Bytes = new Uint8Array(NUMBER_BYTES).fill(1);
  for (const step of [0, 1]) {
    key = hmacSha256(key, concat(value, Uint8Array.of(step), secret, hash));
    value = hmacSha256(key, value);
  }
  for (;;) {
    value = hmacSha256(key, value);
    const candidate = toNumber(value);
    if (candidate > 0n && candidate < N) yield candidate;
    key = hmacSha256(key, concat(value, Uint8Array.of(0)));
    value = hmacSha256(key, value);
  }
}

function multiply(point: Point, factor: bigint): Point {
  let sum: Point;
  let power = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

function add(left: Point, right: Point): Point {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.x === right.x && left.y !== right.y) return undefined;
  const slope =
    left.x === right.x
      ? mod((3n * left.x * left.x - 3n) * inverse(2n * left.y, P), P)
      : mod((right.y - left.y) * inverse(right.x - left.x, P), P);
  const x = mod(slope * slope - left.x - right.x, P);
  return { x, y: mod(slope * (left.x - x) - left.y, P) };
}

/** By Euclid's algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [previous, current] = [mod(value, modulus), modulus];
  let [weight, next] = [1n, 0n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [weight, next] = [next, weight - quotient * next];
  }
  return mod(weight, modulus);
}

function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function toNumber(bytes: Bytes): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function toBytes(value: bigint): Bytes {
  const bytes = new Uint8Array(NUMBER_BYTES);
  let rest = value;
  for (let place = NUMBER_BYTES - 1; place >= 0; place--) {
    bytes[place] = Number(rest & 255n);
    rest >>= 8n;
  }
  return owned(bytes);
}
