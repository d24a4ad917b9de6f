import { toBase64url, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { assertionHash, verifyAssertion } from "../../../src/core/webauthn/assertion.ts";
import { EDDSA, ES256, readCoseKey, RS256, type CoseAlgorithm } from "../../../src/core/webauthn/cose.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import type { Authenticator, Lies } from "../authenticator.ts";
import { KNOWN_LIES, ENCODING_LIES } from "../assertion-lies.ts";
import { fixedPasskey } from "./example-tenant.ts";

// Assertions by passkeys of every algorithm: honest ones, and one for every rule.

const ORIGIN = "https://sign.example";
const RP_ID = "sign.example";
const CHALLENGE = Uint8Array.from({ length: 64 }, (_none, place) => place);

export async function assertionVectors(): Promise<JsonObject> {
  const es256 = await fixedPasskey("webauthn vectors", ES256, ORIGIN);
  const honest: readonly (readonly [string, CoseAlgorithm, Lies])[] = [
    ["ES256", ES256, {}],
    ["EdDSA", EDDSA, {}],
    ["RS256", RS256, {}],
    ["a field that browsers may add", ES256, { clientData: { other_keys_can_be_added_here: "yes" } }],
    ["no crossOrigin", ES256, { clientDataText: (text) => text.replace(',"crossOrigin":false', "") }],
    ["not backed up", ES256, { backedUp: false }],
    ["a device-bound passkey", ES256, { backupEligible: false, backedUp: false }],
    ["a counter", ES256, { signCount: 7 }],
    ["extension data", ES256, { extensions: Uint8Array.of(0xa1, 0x61, 0x61, 0xf5) }],
  ];
  const accepted = [];
  for (const [name, algorithm, lies] of honest) {
    const passkey = await fixedPasskey("webauthn vectors", algorithm, ORIGIN);
    accepted.push({ name, ...(await vector(passkey, lies)) });
  }
  const refused = [];
  // What only a server knows is not in a receipt, so it is not checked offline.
  const offline = [...KNOWN_LIES, ...ENCODING_LIES].filter(
    ([code]) => code !== "user_handle_mismatch" && code !== "backup_eligibility_changed",
  );
  for (const [, name, lies] of offline) refused.push({ name, ...(await vector(es256, lies)) });
  const other = await fixedPasskey("another passkey", ES256, ORIGIN);
  refused.push({ name: "another passkey's signature", ...(await vector(es256, { signedBy: other })) });
  return {
    origin: ORIGIN,
    rpId: RP_ID,
    challenge: toHex(CHALLENGE),
    accepted,
    refused,
    keys: keyVectors(es256),
  };
}

async function vector(passkey: Authenticator, lies: Lies) {
  const { id, publicKey } = passkey.credential;
  const { assertion } = await passkey.assert(CHALLENGE, lies);
  const verified = await verifyAssertion(assertion, {
    challenge: CHALLENGE,
    origin: ORIGIN,
    rpId: RP_ID,
    credential: { id, publicKey },
  });
  return {
    credential: { id, publicKey: toBase64url(publicKey) },
    assertion,
    assertionHash: toHex(assertionHash(assertion)),
    ...(verified.ok ? { facts: { ...verified.value } } : { code: verified.refusal.code }),
  };
}

/** The prime of P-256's field, which is 0 once more, and the y that belongs to x = 0. */
const P256_FIELD = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
const Y_OF_ZERO = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";

function keyVectors({ credential: { publicKey } }: Authenticator) {
  const point = toHex(publicKey).slice(20, 84);
  const rows: readonly (readonly [string, string])[] = [
    ["ES256", toHex(publicKey)],
    ["a byte after it", `${toHex(publicKey)}00`],
    ["fields in another order", `a503260102${toHex(publicKey).slice(10)}`],
    ["a number not in its shortest form", toHex(publicKey).replace("a50102", "a5011802")],
    ["ES384", toHex(publicKey).replace("0326", "033822")],
    ["an Ed25519 point of small order", `a401010327200621582001${"00".repeat(31)}`],
    ["an Ed25519 point in a second spelling", `a4010103272006215820ee${"ff".repeat(30)}7f`],
    ["a coordinate twice", `a6010203262001215820${point}225820${point}225820${point}`],
    ["a P-256 coordinate in a second spelling", `a5010203262001215820${P256_FIELD}225820${Y_OF_ZERO}`],
    ["an RSA key of 1,024 bits", `a401030339010020588080${"00".repeat(126)}012143010001`],
    ["an RSA key with the exponent 3", `a40103033901002059010080${"00".repeat(254)}01214103`],
  ];
  return rows.map(([name, hex]) => {
    const read = readCoseKey(bytesOf(hex));
    return { name, publicKey: hex, ...(read.ok ? { algorithm: read.value.algorithm } : codeOf(read)) };
  });
}

function codeOf({ refusal }: { readonly refusal: { readonly code: string } }) {
  return { code: refusal.code };
}

function bytesOf(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
