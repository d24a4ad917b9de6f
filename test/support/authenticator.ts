import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Assertion } from "../../src/core/webauthn/assertion.ts";
import { concat, fromBase64url, toBase64url, utf8, type Bytes } from "../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, RS256, type CoseAlgorithm } from "../../src/core/webauthn/cose.ts";
import { WEBCRYPTO_ALGORITHM } from "../../src/core/webauthn/key-import.ts";
import type { CborValue } from "../../src/core/webauthn/cbor.ts";
import { encodeCbor } from "./cbor-encoder.ts";
import { derFromRaw } from "../../src/core/webauthn/der.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import type { JsonObject, JsonValue } from "../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../src/core/refusal.ts";

// A software passkey with real keys, for tests in every runtime. It can put a wrong value in any field and sign it,
// so that only the rule about that field can refuse it, not the signature check.

export interface AuthenticatorSettings {
  readonly rpId: string;
  readonly origin: string;
  readonly algorithm?: CoseAlgorithm;
  /** Default true, because most passkeys are synced. */
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  /** 0 for a passkey without a counter. */
  readonly signCount?: number;
  /** A fixed key instead of a new one. */
  readonly key?: SigningKey;
  /** The source of its ids, if they are not random. */
  readonly draw?: (byteCount: number) => Bytes;
}

export interface SigningKey {
  /** The COSE_Key. */
  readonly publicKey: CborValue;
  /** In WebAuthn's form: DER for ES256, otherwise raw bytes. */
  readonly sign: (message: Bytes) => Promise<Bytes>;
}

export interface Lies {
  readonly type?: string;
  readonly challenge?: Bytes;
  readonly origin?: string;
  readonly crossOrigin?: JsonValue;
  readonly topOrigin?: JsonValue;
  /** More fields of the client data, or other values for existing ones. */
  readonly clientData?: JsonObject;
  /** Changes the client data's text before it is signed: duplicate names, spaces, another encoding. */
  readonly clientDataText?: (honest: string) => string | Bytes;

  readonly rpId?: string;
  readonly userPresent?: boolean;
  readonly userVerified?: boolean;
  readonly backupEligible?: boolean;
  readonly backedUp?: boolean;
  readonly signCount?: number;
  /** Sets AT and includes the credential, which is allowed only in a registration. */
  readonly attested?: boolean;
  /** Sets ED and adds these bytes at the end. */
  readonly extensions?: Bytes;
  /** Changes the authenticator data before it is signed. */
  readonly authenticatorData?: (honest: Bytes) => Bytes;

  /** The passkey that signs instead. */
  readonly signedBy?: Authenticator;
  /** Changes the signature's encoding. */
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
  /** The same in the form that a browser sends. */
  readonly response: AuthenticationResponseJSON;
}

export interface Authenticator {
  readonly credential: AuthenticatorCredential;
  readonly register: (challenge: Bytes, lies?: Lies) => Promise<RegistrationResponseJSON>;
  readonly assert: (challenge: Bytes, lies?: Lies) => Promise<SignedAssertion>;
  /** In WebAuthn's form: DER for ES256, otherwise raw bytes. */
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

/** An assertion in the form that a browser sends. */
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
  const final = lies.clientDataText?.(text) ?? text;
  return typeof final === "string" ? utf8(final) : final;
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

/** A zero AAGUID, the credential id with its length, and the key. */
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

function random(byteCount: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(byteCount));
}
