import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Assertion } from "../../src/core/webauthn/assertion.ts";
import {
  concat,
  fromBase64url,
  fromHex,
  owned,
  toBase64url,
  utf8,
  type Bytes,
} from "../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, RS256, type CoseAlgorithm } from "../../src/core/webauthn/cose.ts";
import { WEBCRYPTO_ALGORITHM } from "../../src/core/webauthn/key-import.ts";
import { type CborValue } from "../../src/core/webauthn/cbor.ts";
import { derFromRaw, rawFromDer } from "../../src/core/webauthn/der.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import type { JsonObject, JsonValue } from "../../src/core/encoding/strict-json.ts";
import { expectOk, type RefusalCode } from "../../src/core/refusal.ts";

// A passkey in software, with real keys, for tests in every runtime. It can lie in every field, and signs
// the lie: then only the rule about that field can refuse it, not the signature.

export interface AuthenticatorSettings {
  readonly rpId: string;
  readonly origin: string;
  readonly algorithm?: CoseAlgorithm;
  /** Synced, as most passkeys are, unless said otherwise. */
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  /** From 1 on it counts; at 0 it has no counter. */
  readonly signCount?: number;
  /** A fixed key in place of a new one. */
  readonly key?: SigningKey;
  /** Where its ids come from, unless they are random. */
  readonly draw?: (byteCount: number) => Bytes;
}

export interface SigningKey {
  /** The COSE_Key. */
  readonly publicKey: CborValue;
  /** In WebAuthn's form: DER for ES256, plain bytes else. */
  readonly sign: (message: Bytes) => Promise<Bytes>;
}

export interface Lies {
  readonly type?: string;
  readonly challenge?: Bytes;
  readonly origin?: string;
  readonly crossOrigin?: JsonValue;
  readonly topOrigin?: JsonValue;
  /** Further fields of the client data, or other values for its own. */
  readonly clientData?: JsonObject;
  /** The client data's text, changed before it is signed: names that stand twice, spaces, another encoding. */
  readonly clientDataText?: (honest: string) => string | Bytes;

  readonly rpId?: string;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  readonly signCount?: number;
  /** Sets AT and includes the credential, which only a registration may. */
  readonly attested?: boolean;
  /** Sets ED and follows the rest. */
  readonly extensions?: Bytes;
  /** Authenticator data, changed before it is signed. */
  readonly authenticatorData?: (honest: Bytes) => Bytes;

  /** Another passkey signs. */
  readonly signedBy?: Authenticator;
  /** The signature in another spelling. */
  readonly signature?: (honest: Bytes) => Bytes;

  readonly id?: string;
  readonly userHandle?: string;
}

export interface AuthenticatorCredential {
  readonly id: string;
  readonly publicKey: Bytes;
  readonly algorithm: CoseAlgorithm;
  readonly userHandle: string;
  readonly backupEligible: boolean;
}

export interface SignedAssertion {
  readonly assertion: Assertion;
  readonly userHandle: string;
  /** The same as a browser would send it. */
  readonly response: AuthenticationResponseJSON;
}

export interface Authenticator {
  readonly credential: AuthenticatorCredential;
  readonly register: (challenge: Bytes, lies?: Lies) => Promise<RegistrationResponseJSON>;
  readonly assert: (challenge: Bytes, lies?: Lies) => Promise<SignedAssertion>;
  /** In WebAuthn's form: DER for ES256, plain bytes else. */
  readonly sign: (message: Bytes) => Promise<Bytes>;
}

export async function createAuthenticator(settings: AuthenticatorSettings): Promise<Authenticator> {
  const { algorithm = ES256, backupEligible = true, backedUp = backupEligible } = settings;
  const { sign, publicKey } = settings.key ?? (await newKey(algorithm));
  const draw = settings.draw ?? random;
  const credential: AuthenticatorCredential = {
    id: toBase64url(draw(32)),
    publicKey: encodeCbor(publicKey),
    algorithm,
    userHandle: toBase64url(draw(32)),
    backupEligible,
  };
  let signCount = settings.signCount ?? 0;

  const authenticatorData = (lies: Lies, defaults: Lies): Bytes => {
    if (signCount > 0) signCount++;
    const truth = { userPresent: true, userVerified: true, backupEligible, backedUp, signCount };
    return writeAuthenticatorData({ rpId: settings.rpId, ...truth, ...defaults, ...lies }, credential);
  };
  return {
    credential,
    sign,
    register: async (challenge, lies = {}) => {
      const clientData = writeClientData("webauthn.create", challenge, settings.origin, lies);
      const authData = authenticatorData(lies, { attested: true });
      return registrationResponse(credential, clientData, authData, lies);
    },
    assert: async (challenge, lies = {}) => {
      const clientData = writeClientData("webauthn.get", challenge, settings.origin, lies);
      const data = authenticatorData(lies, {});
      const signed = await (lies.signedBy?.sign ?? sign)(concat(data, sha256(clientData)));
      const assertion = {
        id: lies.id ?? credential.id,
        clientDataJSON: toBase64url(clientData),
        authenticatorData: toBase64url(data),
        signature: toBase64url(lies.signature?.(signed) ?? signed),
      };
      const userHandle = lies.userHandle ?? credential.userHandle;
      return { assertion, userHandle, response: authenticationResponse(assertion, userHandle) };
    },
  };
}

/** An assertion as a browser would send it. */
export function authenticationResponse(assertion: Assertion, userHandle: string): AuthenticationResponseJSON {
  const { id, ...response } = assertion;
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: { ...response, userHandle },
  };
}

function registrationResponse(
  credential: AuthenticatorCredential,
  clientData: Bytes,
  authData: Bytes,
  lies: Lies,
): RegistrationResponseJSON {
  const id = lies.id ?? credential.id;
  const attestation = new Map<string, CborValue>([
    ["fmt", "none"],
    ["attStmt", new Map()],
    ["authData", authData],
  ]);
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64url(clientData),
      attestationObject: toBase64url(encodeCbor(attestation)),
      transports: ["internal"],
      publicKeyAlgorithm: credential.algorithm,
    },
  };
}

function writeClientData(type: string, challenge: Bytes, origin: string, lies: Lies): Bytes {
  const honest: Record<string, JsonValue> = {
    type: lies.type ?? type,
    challenge: toBase64url(lies.challenge ?? challenge),
    origin: lies.origin ?? origin,
    crossOrigin: lies.crossOrigin === undefined ? false : lies.crossOrigin,
  };
  if (lies.topOrigin !== undefined) honest["topOrigin"] = lies.topOrigin;
  const text = JSON.stringify({ ...honest, ...lies.clientData });
  const told = lies.clientDataText?.(text) ?? text;
  return typeof told === "string" ? utf8(told) : told;
}

type Claims = Lies & { readonly rpId: string; readonly signCount: number };

function writeAuthenticatorData(claims: Claims, credential: AuthenticatorCredential): Bytes {
  const flags =
    (claims.userPresent ? 0x01 : 0) |
    (claims.userVerified ? 0x04 : 0) |
    (claims.backupEligible ? 0x08 : 0) |
    (claims.backedUp ? 0x10 : 0) |
    (claims.attested ? 0x40 : 0) |
    (claims.extensions ? 0x80 : 0);
  const fixed = new DataView(new ArrayBuffer(5));
  fixed.setUint8(0, flags);
  fixed.setUint32(1, claims.signCount);
  const honest = concat(
    sha256(utf8(claims.rpId)),
    new Uint8Array(fixed.buffer),
    claims.attested ? attestedData(claims.id ?? credential.id, credential.publicKey) : new Uint8Array(),
    claims.extensions ?? new Uint8Array(),
  );
  return claims.authenticatorData?.(honest) ?? honest;
}

/** AAGUID of zeros, length and id of the credential, its key. */
function attestedData(id: string, publicKey: Bytes): Bytes {
  const idBytes = expectOk(fromBase64url(id));
  return concat(new Uint8Array(16), Uint8Array.of(idBytes.length >> 8, idBytes.length), idBytes, publicKey);
}

async function generateKeys(algorithm: CoseAlgorithm): Promise<CryptoKeyPair> {
  const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  const parameters = { ...WEBCRYPTO_ALGORITHM[algorithm], ...(algorithm === RS256 ? rsa : {}) };
  return (await crypto.subtle.generateKey(parameters, true, ["sign", "verify"])) as CryptoKeyPair;
}

async function newKey(algorithm: CoseAlgorithm): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeys(algorithm);
  return {
    publicKey: await coseKeyOf(publicKey, algorithm),
    sign: async (message) => {
      const raw = await crypto.subtle.sign(WEBCRYPTO_ALGORITHM[algorithm], privateKey, message);
      return algorithm === ES256 ? derFromRaw(new Uint8Array(raw)) : new Uint8Array(raw);
    },
  };
}

async function coseKeyOf(key: CryptoKey, algorithm: CoseAlgorithm): Promise<CborValue> {
  const jwk = (await crypto.subtle.exportKey("jwk", key)) as Record<"x" | "y" | "n" | "e", string>;
  const field = (label: number, name: keyof typeof jwk): [number, CborValue] => [
    label,
    expectOk(fromBase64url(jwk[name])),
  ];
  const common = (keyType: number): [number, CborValue][] => [
    [1, keyType],
    [3, algorithm],
  ];
  if (algorithm === ES256) return new Map([...common(2), [-1, 1], field(-2, "x"), field(-3, "y")]);
  if (algorithm === EDDSA) return new Map([...common(1), [-1, 6], field(-2, "x")]);
  return new Map([...common(3), field(-1, "n"), field(-2, "e")]);
}

/** Shortest lengths; maps in the order they are in, so that a test can get that wrong. */
export function encodeCbor(value: CborValue): Bytes {
  if (value === null) return Uint8Array.of(0xf6);
  if (typeof value === "boolean") return Uint8Array.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number") return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  if (typeof value === "string") return concat(cborHead(3, utf8(value).length), utf8(value));
  if (value instanceof Uint8Array) return concat(cborHead(2, value.length), value);
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<number | string, CborValue>)].flat();
    return concat(cborHead(5, value.size), ...entries.map(encodeCbor));
  }
  const list = value as readonly CborValue[];
  return concat(cborHead(4, list.length), ...list.map(encodeCbor));
}

function cborHead(major: number, argument: number): Bytes {
  const head = new DataView(new ArrayBuffer(9));
  const width =
    argument < 24 ? 0 : argument < 2 ** 8 ? 1 : argument < 2 ** 16 ? 2 : argument < 2 ** 32 ? 4 : 8;
  head.setUint8(0, (major << 5) | (width === 0 ? argument : 24 + Math.log2(width)));
  if (width > 0) head.setBigUint64(1, BigInt(argument) << BigInt(64 - 8 * width));
  return owned(new Uint8Array(head.buffer, 0, 1 + width).slice());
}

function random(byteCount: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(byteCount));
}

const bytes = (hex: string): Bytes => expectOk(fromHex(hex));
const said = (from: string | RegExp, to: string): Lies => ({
  clientDataText: (honest) => honest.replace(from, to),
});
const saidNoText: Lies = {
  clientDataText: (honest) => concat(utf8(honest.replace("}", ',"a":"')), bytes("ff"), utf8('"}')),
};
const flagged = (bits: number): Lies => ({
  authenticatorData: (honest) => honest.with(32, (honest[32] ?? 0) | bits),
});
const followed = (hex: string): Lies => ({ authenticatorData: (honest) => concat(honest, bytes(hex)) });
const extended = (hex: string): Lies => ({ extensions: bytes(hex) });

type KnownLie = readonly [code: RefusalCode, name: string, lies: Lies];

/** For a passkey of https://sign.example that is eligible for backup: every rule, and the code that says so. */
export const KNOWN_LIES: readonly KnownLie[] = [
  ["unknown_credential", "another credential id", { id: toBase64url(new Uint8Array(32)) }],
  ["user_handle_mismatch", "another user handle", { userHandle: "AAAA" }],
  ["assertion_type_mismatch", "made for registering", { type: "webauthn.create" }],
  ["assertion_type_mismatch", "made for a payment", { type: "payment.get" }],
  ["assertion_type_mismatch", "the type in capitals", { type: "WEBAUTHN.GET" }],
  ["assertion_type_mismatch", "the type in a list", { clientData: { type: ["webauthn.get"] } }],
  ["assertion_type_mismatch", "no type", said('"type"', '"typ"')],
  ["challenge_mismatch", "another challenge", { challenge: new Uint8Array(64) }],
  ["challenge_mismatch", "an empty challenge", { challenge: new Uint8Array() }],
  ["challenge_mismatch", "the challenge padded", said('","origin', '==","origin')],
  ["challenge_mismatch", "no challenge", said('"challenge"', '"chall"')],
  ["origin_mismatch", "another origin", { origin: "https://evil.example" }],
  ["origin_mismatch", "a subdomain", { origin: "https://a.sign.example" }],
  ["origin_mismatch", "another port", { origin: "https://sign.example:8443" }],
  ["origin_mismatch", "plain http", { origin: "http://sign.example" }],
  ["origin_mismatch", "a slash at the end", { origin: "https://sign.example/" }],
  ["origin_mismatch", "no origin", said('"origin"', '"orig"')],
  ["cross_origin", "in a frame", { crossOrigin: true }],
  ["cross_origin", "in a frame, as text", { crossOrigin: "true" }],
  ["cross_origin", "crossOrigin null", { crossOrigin: null }],
  ["cross_origin", "in a frame of a page", { crossOrigin: true, topOrigin: "https://evil.example" }],
  ["cross_origin", "under another page", { topOrigin: "https://evil.example" }],
  ["cross_origin", "under a page of our own", { topOrigin: "https://sign.example" }],
  ["cross_origin", "topOrigin empty", { topOrigin: "" }],
  ["cross_origin", "topOrigin null", { topOrigin: null }],
  ["client_data_malformed", "the type twice", said("{", '{"type":"webauthn.create",')],
  ["client_data_malformed", "an unknown name twice", said("{", '{"a":1,"\\u0061":2,')],
  ["client_data_malformed", "the name __proto__", said("{", '{"__proto__":{},')],
  ["client_data_malformed", "half a surrogate pair", said("{", '{"a":"\\ud800",')],
  ["client_data_malformed", "a deep field", said("{", `{"a":${"[".repeat(8)}${"]".repeat(8)},`)],
  ["client_data_malformed", "a byte order mark", said(/^/, "\ufeff")],
  ["client_data_malformed", "no UTF-8", saidNoText],
  ["client_data_malformed", "text after the end", said(/$/, " x")],
  ["client_data_malformed", "client data in a list", said(/^.*$/, "[$&]")],
  ["client_data_malformed", "null as client data", said(/^.*$/, "null")],
  ["client_data_malformed", "no JSON", said(/^.*$/, "webauthn.get")],
  ["assertion_malformed", "client data of 4,097 bytes", said(/$/, " ".repeat(4_096))],
  ["rp_id_mismatch", "for another site", { rpId: "evil.example" }],
  ["rp_id_mismatch", "for the parent domain", { rpId: "example" }],
  ["user_not_present", "nobody there", { userPresent: false }],
  ["user_not_present", "nobody there or checked", { userPresent: false, userVerified: false }],
  ["user_not_verified", "nobody checked", { userVerified: false }],
  ["backup_flags_invalid", "backed up, not eligible", { backupEligible: false, backedUp: true }],
  ["backup_eligibility_changed", "no longer eligible", { backupEligible: false, backedUp: false }],
  ["authenticator_data_malformed", "a credential inside", { attested: true }],
  ["authenticator_data_malformed", "AT without a credential", flagged(0x40)],
  ["authenticator_data_malformed", "ED without extensions", flagged(0x80)],
  ["authenticator_data_malformed", "a byte too many", followed("00")],
  ["authenticator_data_malformed", "extensions without ED", followed("a0")],
  ["authenticator_data_malformed", "extensions and a byte", extended("a000")],
  ["authenticator_data_malformed", "two maps of extensions", extended("a0a0")],
  ["authenticator_data_malformed", "extensions cut off", extended("a161")],
  ["authenticator_data_malformed", "extensions in a list", extended("80")],
  ["authenticator_data_malformed", "extensions with a float", extended("a16161fb3ff8000000000000")],
  ["authenticator_data_malformed", "extensions out of order", extended("a2616201616101")],
  ["assertion_malformed", "a byte too few", { authenticatorData: (honest) => honest.slice(0, -1) }],
  ["assertion_malformed", "1,040 bytes of data", extended(`a161615903e7${"00".repeat(999)}`)],
  ["assertion_malformed", "no signature", { signature: () => new Uint8Array() }],
  ["signature_malformed", "a hash for a signature", { signature: () => new Uint8Array(32) }],
  ["signature_malformed", "a signature cut off", { signature: (honest) => honest.slice(0, -1) }],
  [
    "signature_malformed",
    "a byte after the signature",
    { signature: (honest) => concat(honest, bytes("00")) },
  ],
];

/** Of ES256 only: the same r and s in other words. */
export const SPELLING_LIES: readonly KnownLie[] = [
  ["signature_malformed", "a long length", { signature: (honest) => concat(bytes("3081"), honest.slice(1)) }],
  [
    "signature_malformed",
    "a length without end",
    { signature: (honest) => concat(bytes("3080"), honest.slice(2), bytes("0000")) },
  ],
  ["signature_malformed", "r and s plain", { signature: (honest) => expectOk(rawFromDer(honest)) }],
];
