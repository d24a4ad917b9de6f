import { concat, toBase64url } from "../encoding/bytes.ts";
import { accept, type Result } from "../refusal.ts";
import { EDDSA, ES256, keyMalformed, RS256, type CoseKey } from "./cose.ts";

// A COSE public key as a WebCrypto key.

/** The parameters of import, sign and verify in one object; each call uses its own. */
export const WEBCRYPTO_ALGORITHM = {
  [ES256]: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  [EDDSA]: { name: "Ed25519" },
  [RS256]: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};

export async function importCoseKey(key: CoseKey): Promise<Result<CryptoKey>> {
  try {
    return accept(await webCryptoKey(key));
  } catch {
    // WebCrypto refuses a point that is not on the curve.
    return keyMalformed("WebCrypto refuses it");
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
