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

// WebAuthn Level 3, section 7.2, in its strictest reading. It runs on the server next to a second, independent
// verifier, and in browsers and offline, so that anyone with a receipt can check its signatures.

export interface AssertionExpectation {
  readonly challenge: Bytes;
  readonly origin: string;
  readonly rpId: string;
  readonly credential: {
    readonly id: string;
    /** The registered COSE_Key. */
    readonly publicKey: Bytes;
    readonly algorithm?: number;
    readonly signCount?: number;
    readonly backupEligible?: boolean;
    readonly userHandle?: string;
  };
  /** The credential ids that allowCredentials named. */
  readonly allowed?: readonly string[];
}

export interface AssertionFacts {
  readonly signCount: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** Suggests a cloned key but does not prove it, so the caller decides what to do. */
  readonly signCountRegressed: boolean;
}

/** WebAuthn's own limit. */
export const CREDENTIAL_ID_MAX_BYTES = 1_023;
/** The largest extension outputs in use have some 100 bytes; this service asks for none. */
const AUTHENTICATOR_DATA_MAX_BYTES = 1_024;
/** An RSA-4096 signature. */
const ASSERTION_SIGNATURE_MAX_BYTES = 512;
const ED25519_SIGNATURE_BYTES = 64;

export const assertionShape = shape.object({
  id: shape.base64url(1, CREDENTIAL_ID_MAX_BYTES),
  clientDataJSON: shape.base64url(1, CLIENT_DATA_MAX_BYTES),
  authenticatorData: shape.base64url(AUTHENTICATOR_DATA_MIN_BYTES, AUTHENTICATOR_DATA_MAX_BYTES),
  signature: shape.base64url(1, ASSERTION_SIGNATURE_MAX_BYTES),
});

/** All four fields are canonical base64url without padding. */
export type Assertion = shape.ShapeOf<typeof assertionShape>;

export function assertionHash(assertion: Assertion): Bytes {
  const { id, clientDataJSON, authenticatorData, signature } = assertion;
  const document = canonicalBytes({ id, clientDataJSON, authenticatorData, signature });
  return taggedHash("countersign/assertion/v1", document);
}

/**
 * A field that the expectation omits is not checked: an offline verifier knows neither counter nor user handle.
 * The caller must check whether the credential is still active.
 */
export async function verifyAssertion(
  assertion: Assertion,
  expectation: AssertionExpectation,
  userHandle?: string,
): Promise<Result<AssertionFacts>> {
  // Callers may have cast their input to the type without checking it.
  const matched = shape.matchShape(assertionShape, { ...assertion });
  if (!matched.ok) return refuse("assertion_malformed", matched.refusal.detail, matched.refusal.at);
  const clientData = bytesOf(matched.value.clientDataJSON);
  const authenticatorData = bytesOf(matched.value.authenticatorData);
  const signature = bytesOf(matched.value.signature);

  const problem =
    credentialProblem(matched.value.id, expectation, userHandle) ??
    clientDataProblem(clientData, { ...expectation, type: "webauthn.get" }) ??
    authenticatorDataProblem(authenticatorData, expectation);
  if (problem) return problem;

  const { publicKey, algorithm, signCount: lastCount = 0 } = expectation.credential;
  const key = readCoseKey(publicKey);
  if (!key.ok) return key;
  if (algorithm !== undefined && algorithm !== key.value.algorithm) {
    return refuse(
      "algorithm_mismatch",
      `the key is for algorithm ${key.value.algorithm}, but was registered for ${algorithm}`,
    );
  }
  const message = concat(authenticatorData, sha256(clientData));
  const verified = await verifySignature(key.value, signature, message);
  if (!verified.ok) return verified;
  const signCount = signCountOf(authenticatorData);
  return accept({
    signCount,
    backupEligible: hasFlag(authenticatorData, FLAG.backupEligible),
    backedUp: hasFlag(authenticatorData, FLAG.backedUp),
    signCountRegressed: (signCount !== 0 || lastCount !== 0) && signCount <= lastCount,
  });
}

type RefusedResult = ReturnType<typeof refuse>;

function bytesOf(text: string): Bytes {
  return expectOk(fromBase64url(text));
}

function credentialProblem(
  id: string,
  { credential, allowed }: AssertionExpectation,
  userHandle: string | undefined,
): RefusedResult | undefined {
  if (id !== credential.id) return refuse("unknown_credential", "signed with another passkey than expected");
  if (allowed && !allowed.includes(id)) {
    return refuse("unknown_credential", "this passkey is not one of those that were allowed");
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

function authenticatorDataProblem(data: Bytes, expectation: AssertionExpectation): RefusedResult | undefined {
  const malformed = trailingProblem(data);
  if (malformed !== undefined) return refuse("authenticator_data_malformed", malformed);
  const problem = presenceProblem(data, expectation.rpId);
  if (problem !== undefined) return problem;
  const backupEligible = hasFlag(data, FLAG.backupEligible);
  const registered = expectation.credential.backupEligible;
  if (registered !== undefined && registered !== backupEligible) {
    return refuse(
      "backup_eligibility_changed",
      "the passkey's backup eligibility changed, which never happens",
    );
  }
  return undefined;
}

/** What is wrong with the bytes after the counter. */
function trailingProblem(data: Bytes): string | undefined {
  // WebAuthn, section 6.1: an assertion has neither the AT flag nor its data. Accepting the data would let a
  // second, unregistered key pass through a verifier.
  if (hasFlag(data, FLAG.attestedData)) return "an assertion must not have attested credential data";
  const rest = data.subarray(AUTHENTICATOR_DATA_MIN_BYTES);
  if (!hasFlag(data, FLAG.extensionData)) {
    return rest.length === 0 ? undefined : "there are bytes after the counter without a flag for them";
  }
  const extensions = readCborMap(rest);
  return extensions.ok ? undefined : `the extension data is ${extensions.refusal.detail}`;
}

/** Checks the key's signature of the message, in WebAuthn's encoding for the algorithm. */
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
    // Some runtimes throw for a bad signature instead of returning false.
  }
  return refuse("signature_verification_failed", "the signature was not made by this key over these bytes");
}

function rawSignature(key: CoseKey, signature: Bytes): Result<Bytes> {
  if (key.algorithm === ES256) return rawFromDer(signature);
  const length = key.algorithm === EDDSA ? ED25519_SIGNATURE_BYTES : key.modulus.length;
  if (signature.length !== length) {
    return refuse("signature_malformed", `the signature has ${signature.length} bytes instead of ${length}`);
  }
  if (key.algorithm === EDDSA && !isSafePoint(signature.slice(0, 32))) {
    return refuse("signature_malformed", "the signature does not start with a safe point");
  }
  return accept(signature);
}
