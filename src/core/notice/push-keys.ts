import { fromBase64url, toHex } from "../encoding/bytes.ts";

// The keys of a browser's subscription (RFC 8291): messages to it are encrypted with them.

const POINT_BYTES = 65;
const COORDINATE_BYTES = 32;
const SECRET_BYTES = 16;
/** An uncompressed point. */
const UNCOMPRESSED = 4;

/** P-256: y² = x³ - 3x + b, modulo the prime. */
const PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** Both in base64url. A browser makes no others, and with others no message could be encrypted. */
export function arePushKeys(p256dh: string, auth: string): boolean {
  const [point, secret] = [fromBase64url(p256dh), fromBase64url(auth)];
  return point.ok && secret.ok && secret.value.length === SECRET_BYTES && isPoint(point.value);
}

function isPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== POINT_BYTES || bytes[0] !== UNCOMPRESSED) return false;
  const x = numberOf(bytes.subarray(1, 1 + COORDINATE_BYTES));
  const y = numberOf(bytes.subarray(1 + COORDINATE_BYTES));
  return x < PRIME && y < PRIME && (y * y - (x * x * x - 3n * x + B)) % PRIME === 0n;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);
