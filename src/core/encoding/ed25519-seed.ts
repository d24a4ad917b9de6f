import { concat, hexBytes, type Bytes } from "./bytes.ts";

export const ED25519_SEED_BYTES = 32;
/** The PKCS #8 header before an Ed25519 seed (RFC 8410). */
const PKCS8_PREFIX = hexBytes("302e020100300506032b657004220420");

/** The private key as WebCrypto and node:crypto import it: neither takes a bare seed. */
export function pkcs8OfSeed(seed: Uint8Array): Bytes {
  if (seed.length !== ED25519_SEED_BYTES) throw new RangeError("an Ed25519 seed has 32 bytes");
  return concat(PKCS8_PREFIX, seed);
}
