import {
  AUTHENTICATOR_DATA_MIN_BYTES,
  FLAG,
  hasFlag,
  presenceProblem,
  signCountOf,
} from "./authenticator-data.ts";
import { concat, fromBase64url, type Bytes } from "../encoding/bytes.ts";
import { CLIENT_DATA_MAX_BYTES, clientDataProblem } from "./client-data.ts";
import { EDDSA, ES256, isSafePoint, readCoseKey, type CoseKey } from "./cose.ts";
import { importCoseKey, WEBCRYPTO_ALGORITHM } from "./key-import.ts";
import { readCborMap } from "./cbor.ts";
import { rawFromDer } from "./der.ts";
import { sha256, taggedHash } from "../encoding/hash.ts";
import { canonicalBytes } from "../encoding/jcs.ts";
import { accept, expectOk, refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";

// WebAuthn Level 3, section 7.2, as strict as it may be. It runs in the server beside another library,
// in the browser and offline: whoever holds a receipt can check a signature without asking us.

export interface AssertionExpectation {
  readonly challenge: Bytes;
  readonly origin: string;
  readonly rpId: string;
  readonly credential: {
    readonly id: string;
    /** COSE_Key, as it was registered. */
    readonly publicKey: Bytes;
    readonly algorithm?: number;
    readonly signCount?: number;
    readonly backupEligible?: boolean;
    readonly userHandle?: string;
  };
  /** The credential ids that were issued in allowCredentials. */
  readonly allowed?: readonly string[];
}

export interface AssertionFacts {
  readonly signCount: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** A sign of a cloned key, but no proof, so policy decides what follows. */
  readonly signCountRegressed: boolean;
}

/** WebAuthn's own bound. */
export const CREDENTIAL_ID_MAX_BYTES = 1_023;
/** The largest extension outputs in use are some 100 bytes, and this service asks for none. */
const AUTHENTICATOR_DATA_MAX_BYTES = 1_024;
/** RSA-4096. */
const ASSERTION_SIGNATURE_MAX_BYTES = 512;
const ED25519_SIGNATURE_BYTES = 64;

export const assertionShape = shape.object({
  id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES),
  clientDataJSON: shape.base64url(1, CLIENT_DATA_MAX_BYTES),
  authenticatorData: shape.base64url(AUTHENTICATOR_DATA_MIN_BYTES, AUTHENTICATOR_DATA_MAX_BYTES),
  signature: shape.base64url(1, ASSERTION_SIGNATURE_MAX_BYTES),
});

/** Text of all four is canonical base64url without padding. */
export type Assertion = shape.ShapeOf<typeof assertionShape>;

export function assertionHash(assertion: Assertion): Bytes {
  const { id, clientDataJSON, authenticatorData, signature } = assertion;
  const document = canonicalBytes({ id, clientDataJSON, authenticatorData, signature });
  return taggedHash("countersign/assertion/v1", document);
}

/**
 * What is left out of the expectation is not checked: an offline verifier knows neither counter nor user
 * handle. Whether the credential is still active is the caller's to know.
 */
export async function verifyAssertion(
  assertion: Assertion,
  expectation: AssertionExpectation,
  userHandle?: string,
): Promise<Result<AssertionFacts>> {
  // The type is a promise that a caller may have got from outside.
  const shaped = shape.matchShape(assertionShape, { ...assertion });
  if (!shaped.ok) return refuse("assertion_malformed", shaped.refusal.detail, shaped.refusal.at);
  const clientData = bytesOf(shaped.value.clientDataJSON);
  const authenticatorData = bytesOf(shaped.value.authenticatorData);
  const signature = bytesOf(shaped.value.signature);

  const refused =
    credentialProblem(shaped.value.id, expectation, userHandle) ??
    clientDataProblem(clientData, { ...expectation, type: "webauthn.get" }) ??
    authenticatorDataProblem(authenticatorData, expectation);
  if (refused) return refused;

  const { publicKey, algorithm, signCount: before = 0 } = expectation.credential;
  const key = readCoseKey(publicKey);
  if (!key.ok) return key;
  if (algorithm !== undefined && algorithm !== key.value.algorithm) {
    return refuse("algorithm_mismatch", `a key for ${key.value.algorithm}, registered for ${algorithm}`);
  }
  const signed = concat(authenticatorData, sha256(clientData));
  const verified = await verifySignature(key.value, signature, signed);
  if (!verified.ok) return verified;
  const signCount = signCountOf(authenticatorData);
  return accept({
    signCount,
    backupEligible: hasFlag(authenticatorData, FLAG.backupEligible),
    backedUp: hasFlag(authenticatorData, FLAG.backedUp),
    signCountRegressed: (signCount !== 0 || before !== 0) && signCount <= before,
  });
}

type Refused = ReturnType<typeof refuse>;

function bytesOf(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

function credentialProblem(
  id: string,
  { credential, allowed }: AssertionExpectation,
  userHandle: string | undefined,
): Refused | undefined {
  if (id !== credential.id) return refuse("unknown_credential", "signed with another passkey than expected");
  if (allowed && !allowed.includes(id)) {
    return refuse("unknown_credential", "this passkey was not among those asked for");
  }
  if (
    userHandle !== undefined &&
    credential.userHandle !== undefined &&
    userHandle !== credential.userHandle
  ) {
    return refuse("user_handle_mismatch", "the passkey belongs to another account");
  }
  return undefined;
}

function authenticatorDataProblem(data: Bytes, expectation: AssertionExpectation): Refused | undefined {
  const malformed = trailingProblem(data);
  if (malformed !== undefined) return refuse("authenticator_data_malformed", malformed);
  const problem = presenceProblem(data, expectation.rpId);
  if (problem !== undefined) return problem;
  const backupEligible = hasFlag(data, FLAG.backupEligible);
  const registered = expectation.credential.backupEligible;
  if (registered !== undefined && registered !== backupEligible) {
    return refuse("backup_eligibility_changed", "whether a passkey can be backed up never changes");
  }
  return undefined;
}

/** What is wrong with the bytes behind the counter. */
function trailingProblem(data: Bytes): string | undefined {
  // WebAuthn, section 6.1: in an assertion AT must not be set, nor its data be there. To parse it
  // would only carry a second, unregistered key through a verifier.
  if (hasFlag(data, FLAG.attestedData)) return "attested credential data stands in an assertion";
  const rest = data.subarray(AUTHENTICATOR_DATA_MIN_BYTES);
  if (!hasFlag(data, FLAG.extensionData)) {
    return rest.length === 0 ? undefined : "bytes follow the counter that no flag announces";
  }
  const extensions = readCborMap(rest);
  return extensions.ok ? undefined : `the extension data is ${extensions.refusal.detail}`;
}

/** Whether this is the key's signature of the message, in the form that WebAuthn gives each algorithm. */
export async function verifySignature(
  key: CoseKey,
  signature: Bytes,
  message: Bytes,
): Promise<Result<"verified">> {
  const raw = rawSignature(key, signature);
  if (!raw.ok) return raw;
  const imported = await importCoseKey(key);
  if (!imported.ok) return imported;
  try {
    const algorithm = WEBCRYPTO_ALGORITHM[key.algorithm];
    const verified = await crypto.subtle.verify(algorithm, imported.value, raw.value, message);
    if (verified) return accept("verified");
  } catch {
    // A runtime that throws at a bad signature says no more than one that answers false.
  }
  return refuse("signature_verification_failed", "the signature was not made by this key over these bytes");
}

function rawSignature(key: CoseKey, signature: Bytes): Result<Bytes> {
  if (key.algorithm === ES256) return rawFromDer(signature);
  const wanted = key.algorithm === EDDSA ? ED25519_SIGNATURE_BYTES : key.modulus.length;
  if (signature.length !== wanted) {
    return refuse("signature_malformed", `the signature has ${signature.length} bytes instead of ${wanted}`);
  }
  if (key.algorithm === EDDSA && !isSafePoint(signature.slice(0, 32))) {
    return refuse("signature_malformed", "the signature begins with no sound point");
  }
  return accept(signature);
}
