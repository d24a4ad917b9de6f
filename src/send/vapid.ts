import { fromBase64url, toBase64url, utf8 } from "../core/encoding/bytes.ts";
import { expectOk } from "../core/refusal.ts";
import type { PushKeys } from "./outbound.ts";

// Who sends a push message: VAPID (RFC 8292), a token that this deployment signs for one push service.

/** A day at most is allowed. The clock of a push service may differ. */
const VALID_SECONDS = 12 * 3_600;
const COORDINATE_BYTES = 32;

/** The header Authorization. Throws if the keys are no pair of P-256. */
export async function vapidAuthorization(
  endpoint: string,
  { publicKey, privateKey, subject }: PushKeys,
  now: number,
): Promise<string> {
  const point = expectOk(fromBase64url(publicKey));
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: toBase64url(point.slice(1, 1 + COORDINATE_BYTES)),
    y: toBase64url(point.slice(1 + COORDINATE_BYTES)),
    d: privateKey,
  };
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
  const expires = Math.floor(now / 1_000) + VALID_SECONDS;
  const claims = { aud: new URL(endpoint).origin, exp: expires, sub: subject };
  const signed = `${part({ typ: "JWT", alg: "ES256" })}.${part(claims)}`;
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, key, utf8(signed)));
  return `vapid t=${signed}.${toBase64url(signature)}, k=${publicKey}`;
}

function part(value: object): string {
  return toBase64url(utf8(JSON.stringify(value)));
}
