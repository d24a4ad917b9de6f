import { fromBase64url, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, RS256, type CoseAlgorithm } from "../../../src/core/webauthn/cose.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import type { SigningKey } from "../authenticator.ts";
import { ed25519Secret } from "../log/note-signer.ts";
import { publicPoint, signP256 } from "../deterministic-p256.ts";

// Everything that would be random in the product, and must be the same every time the vectors are made.

/** Bytes that look random, the same ones for the same name. */
export function fixedDraw(name: string): (byteCount: number) => Bytes {
  let drawn = 0;
  return (byteCount) => {
    const bytes = sha256(utf8(`countersign vectors, ${name}, ${drawn++}`));
    if (byteCount > bytes.length) throw new RangeError(`at most ${bytes.length} bytes at a time`);
    return bytes.slice(0, byteCount);
  };
}

export async function fixedKey(name: string, algorithm: CoseAlgorithm): Promise<SigningKey> {
  if (algorithm === RS256) return rsaKey();
  const secret = fixedDraw(`secret key of ${name}`)(32);
  if (algorithm === ES256) {
    const { x, y } = publicPoint(secret);
    return {
      publicKey: coseMap([1, 2], [3, ES256], [-1, 1], [-2, x], [-3, y]),
      sign: (message) => Promise.resolve(signP256(secret, message)),
    };
  }
  const { publicKey, sign } = await ed25519Secret(secret);
  return { publicKey: coseMap([1, 1], [3, EDDSA], [-1, 6], [-2, publicKey]), sign };
}

function coseMap(...fields: readonly (readonly [number, number | Bytes])[]) {
  return new Map<number, number | Bytes>(fields);
}

/** PKCS #1 v1.5 signatures have no random part. There is one such key, because a seed does not give one. */
async function rsaKey(): Promise<SigningKey> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("jwk", RSA, algorithm, false, ["sign"]);
  const modulus = expectOk(fromBase64url(RSA.n));
  return {
    publicKey: coseMap([1, 3], [3, RS256], [-1, modulus], [-2, Uint8Array.of(1, 0, 1)]),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(algorithm, secret, message)),
  };
}

/** Made for these vectors; it protects nothing. */
const RSA = {
  kty: "RSA",
  e: "AQAB",
  n:
    "34vECOeXWROkPrFBYZF9lL26L7Z1hBdeLYtzQ7keKr8mQYWJtBmJqq-0RuDdCT783d_4RP-dMX18lnwhcTbvS9TlTycUBIY4" +
    "-S-CaUBL0b6FniudObC8ZOvUs2ZKi7M7f_tzykjmQvNHbG1EQzYN7desnQzr9xwEyBWUX1jfH8ODmPouepoAWcuYZUIqq1-j" +
    "uCiKlQqzAP83Q_-WnSd9HR8KnUyetK5Sb4_iSDNAf-IsSb30qCx1_Iu-FlwG5_kQ4D02_9K3_U-SmI3KRVLYGuQ_SCDJHaEd" +
    "vkD6IcLUFs2fPNBGOpPKEstxmi7Qr2HpXE5djUesp_D6dJ9hffS8NQ",
  d:
    "CkABXBsqYGY7KLi987hVFsXgTKHEH6tmoRX80gUh8fnTyjtSRhTJsC7gSEO1PuBJfe7wFlHWJlfHp6rHacaIEGURoqB7FX4G" +
    "DL717teI4nQm8kqzqdqFuObrWNJ-5orwVnz0ITlYfYdkJf-YmrBW0SoLeyQFic4aFgaPSBPuHymk5e6RsupIpThAcujz8oqp" +
    "27DZgtFZ0amNWkAyo_svKWcZIRKGDwc382nk85sfxOvBqdmhXLKVXVmxwWxezlaDsYNhqz9k4mprCker9MfTT3rXerWLn4f-" +
    "aL4NuWOWFXqB3sJt-f0ztXJqALhRI4Yu9kxVBhlIev4cQ5jBm3g5oQ",
  p:
    "77-oT11p6jhSO6BxKhEAgWF9q_Xy00z3OIbmgHyjhYnJPlTXenswoD9mlyR-J72vbYWtfQjFkatndzE7Kiw6zWEujQ98ykNS" +
    "UnJD3QpxwCqK3Bd-WYDMeG4BzIYNW-RLXK4J1Fy0RC6plXeB34Hh-nyrPmx5X0nvJOpE8BRPfLk",
  q:
    "7rLxowNKiH_1xR1LxnXbkIvEPUwg72CY53-K_xwvh8ElXS3SgAOKj81aP1coErTHROP8beIGtJ2NpkygCIvsb0hF2jBPGiCe" +
    "ep3WN3pzW_sSACaUb7D364iaokhdgwLWJM2e8EFGtylh4q8LLP7fZCQbIPc00sDdLhRGvxaDVV0",
  dp:
    "oQB5XArkdMkr2CUPues_BqPczF1Xm7TFFO3q34BUI_p67eP17KfL6OGK2JdGLRQCOi-aaSw52XBdBDtIezLGrmPD6jDrYb1C" +
    "DGH11vwLlbw8Ej-otxx6s6lUhe_ECuDOB0hNC5LR8DPR6LEfw2QqyJduPHaGL4qsEYNNllhdZOk",
  dq:
    "EeMI5m1FtYrZMOcsGXgVdvRyRSGiSi3T520QTmOfUC3yDdR0NLGPPY1m2N5AG36-e_QVo2pPlFNGHRMa3ukVU5V33ozGMLAH" +
    "ECsptUiQwnDC_Y3mi6QYP-chp02C7GFXCLT71wcdNHZ-Zk01qi6DMO7ftY2wwKZBLMXKM2GNf-U",
  qi:
    "Fg07SVkZMt9sOVVaMyswTXS0t0NQus6qba7RW2kbmVNs8EPMggIYmsEmKtQA9tx2D2kvHdaaO8qGStdsJbUk38Ke8dGp3Opg" +
    "4iIKfS7RWSmcnUM2lulF-OQL7Vjmm4qUwMTlRs8-qvhhXRlUr1Z-1o4QLRGhsKHq1Uf5-y8Levo",
};
