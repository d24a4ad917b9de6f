import { decodeAttestationObject, parseAuthenticatorData } from "@simplewebauthn/server/helpers";
import { CREDENTIAL_ID_MAX_BYTES } from "../core/webauthn/assertion.ts";
import {
  AUTHENTICATOR_DATA_MIN_BYTES,
  FLAG,
  hasFlag,
  presenceProblem,
  signCountOf,
} from "../core/webauthn/authenticator-data.ts";
import { fromBase64url, toBase64url, type Bytes } from "../core/encoding/bytes.ts";
import { CLIENT_DATA_MAX_BYTES, clientDataProblem } from "../core/webauthn/client-data.ts";
import { COSE_KEY_MAX_BYTES, readCoseKey, type CoseAlgorithm } from "../core/webauthn/cose.ts";
import { importCoseKey } from "../core/webauthn/key-import.ts";
import { readCborMap } from "../core/webauthn/cbor.ts";
import type { JsonValue } from "../core/encoding/strict-json.ts";
import { accept, expectOk, refuse, type Result } from "../core/refusal.ts";
import * as shape from "../core/encoding/shape.ts";

// Our own check of a registration, after WebAuthn Level 3, section 7.1. It refuses a passkey whose assertions
// core/webauthn could not verify later, and any registration from a page in a frame.

export interface Registration {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports?: readonly string[] | undefined;
}

export interface RegistrationExpectation {
  readonly challenge: Bytes;
  readonly origin: string;
  readonly rpId: string;
}

export interface RegisteredPasskey {
  readonly id: string;
  /** COSE_Key, the exact bytes from the authenticator. */
  readonly publicKey: Bytes;
  readonly algorithm: CoseAlgorithm;
  readonly signCount: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** Hints for later browser prompts. No decision depends on them. */
  readonly transports: readonly string[];
}

interface CheckedRegistration {
  readonly passkey: RegisteredPasskey;
  readonly authenticatorData: Bytes;
}

/** 2 KiB of authenticator data, and room for a certificate chain, which some authenticators send unasked. */
export const ATTESTATION_OBJECT_MAX_BYTES = 16 * 1024;
const TRANSPORTS_MAX = 8;
/** The longest registered one is "smart-card". */
const TRANSPORT_MAX_CHARACTERS = 32;
/** The spelling of all registered transports. No browser understands another one. */
const TRANSPORT = /^[a-z]+(?:-[a-z]+)*$/;

const registrationShape = shape.object({
  id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES),
  clientDataJSON: shape.base64url(1, CLIENT_DATA_MAX_BYTES),
  attestationObject: shape.base64url(AUTHENTICATOR_DATA_MIN_BYTES, ATTESTATION_OBJECT_MAX_BYTES),
  transports: shape.list(shape.text(TRANSPORT_MAX_CHARACTERS, 1), TRANSPORTS_MAX),
});

export async function checkRegistration(
  registration: Registration,
  expectation: RegistrationExpectation,
): Promise<Result<CheckedRegistration>> {
  const shaped = shape.matchShape(registrationShape, fieldsOf(registration));
  if (!shaped.ok) return refuse("registration_malformed", shaped.refusal.detail, shaped.refusal.at);
  const { id, clientDataJSON, attestationObject, transports } = shaped.value;
  const refused = clientDataProblem(bytesOf(clientDataJSON), { ...expectation, type: "webauthn.create" });
  if (refused) return refused;
  const data = authenticatorDataOf(bytesOf(attestationObject));
  if (data === undefined) return malformed("the attestation object contains no authenticator data");
  const problem = presenceProblem(data, expectation.rpId);
  if (problem) return problem;
  const attested = readAttested(data, id);
  if (!attested.ok) return attested;
  const key = readCoseKey(attested.value);
  if (!key.ok) return key;
  const usable = await importCoseKey(key.value);
  if (!usable.ok) return usable;
  return accept({
    authenticatorData: data,
    passkey: {
      id,
      publicKey: attested.value,
      algorithm: key.value.algorithm,
      signCount: signCountOf(data),
      backupEligible: hasFlag(data, FLAG.backupEligible),
      backedUp: hasFlag(data, FLAG.backedUp),
      transports: [...new Set(transports)].filter((transport) => TRANSPORT.test(transport)),
    },
  });
}

type Refused = ReturnType<typeof refuse>;

/** The four fields. The type is not enforced, since the value comes from outside. */
function fieldsOf(registration: Registration | null | undefined): JsonValue {
  const { id, clientDataJSON, attestationObject, transports } = registration ?? {};
  return { id, clientDataJSON, attestationObject, transports: transports ?? [] } as JsonValue;
}

function bytesOf(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

/**
 * The attestation object is parsed leniently, because only these bytes of it are used. Its attestation statement was
 * not requested and proves nothing here.
 */
function authenticatorDataOf(attestationObject: Bytes): Bytes | undefined {
  try {
    const object: unknown = decodeAttestationObject(attestationObject);
    const data: unknown = object instanceof Map ? object.get("authData") : undefined;
    return data instanceof Uint8Array && data.length >= AUTHENTICATOR_DATA_MIN_BYTES
      ? new Uint8Array(data)
      : undefined;
  } catch {
    return undefined;
  }
}

const AAGUID_BYTES = 16;
const ID_LENGTH_AT = AUTHENTICATOR_DATA_MIN_BYTES + AAGUID_BYTES;
const ID_AT = ID_LENGTH_AT + 2;

/** The public key, if every byte after the counter is accounted for. */
function readAttested(data: Bytes, id: string): Result<Bytes> {
  if (!hasFlag(data, FLAG.attestedData) || data.length < ID_AT) return malformed("it contains no credential");
  const keyAt = ID_AT + new DataView(data.buffer).getUint16(ID_LENGTH_AT);
  if (data.length <= keyAt) return malformed("the credential is cut off");
  if (toBase64url(data.subarray(ID_AT, keyAt)) !== id)
    return malformed("the credential in it has another id");
  const rest = data.slice(keyAt);
  if (!hasFlag(data, FLAG.extensionData)) return accept(rest);
  // The second verifier's library finds the end of the key. Strict parsing of both parts confirms it.
  const length = keyLength(data);
  if (length === undefined) return malformed("the key or the extensions are not CBOR");
  const extensions = readCborMap(rest.subarray(length));
  return extensions.ok
    ? accept(rest.slice(0, length))
    : refuse("authenticator_data_malformed", `the extension data is ${extensions.refusal.detail}`);
}

function keyLength(data: Bytes): number | undefined {
  try {
    const length = parseAuthenticatorData(data.slice()).credentialPublicKey?.length ?? 0;
    return length > 0 && length <= COSE_KEY_MAX_BYTES ? length : undefined;
  } catch {
    return undefined;
  }
}

function malformed(detail: string): Refused {
  return refuse("registration_malformed", `the new passkey is refused: ${detail}`);
}
