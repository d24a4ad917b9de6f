import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { isoCBOR } from "@simplewebauthn/server/helpers";
import type { Assertion } from "../core/webauthn/assertion.ts";
import { toBase64url, type Bytes } from "../core/encoding/bytes.ts";
import { EDDSA, ES256, RS256 } from "../core/webauthn/cose.ts";
import type { Registration, RegistrationExpectation } from "./registration.ts";

// The other verifier, which shares no code with ours. It throws to refuse; here that is an answer.

export type SecondVerdict<Facts> =
  | { readonly accepted: true; readonly facts: Facts }
  | { readonly accepted: false; readonly reason: string };

export type PasskeyFacts = {
  readonly signCount: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
};

export type RegistrationFacts = PasskeyFacts & { readonly id: string; readonly publicKey: string };

const REASON_MAX_CHARACTERS = 200;

export function secondVerifyRegistration(
  { id, clientDataJSON }: Pick<Registration, "id" | "clientDataJSON">,
  authenticatorData: Bytes,
  { challenge, origin, rpId }: RegistrationExpectation,
): Promise<SecondVerdict<RegistrationFacts>> {
  // It is shown no attestation. To judge one, it would parse certificates and fetch the revocation lists
  // they name, addresses that whoever registers may choose.
  const attestationObject = isoCBOR.encode(
    new Map<string, Parameters<typeof isoCBOR.encode>[0]>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", authenticatorData],
    ]),
  );
  return toVerdict(async () => {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON, attestationObject: toBase64url(attestationObject) },
      },
      expectedChallenge: toBase64url(challenge),
      expectedOrigin: origin,
      expectedRPID: rpId,
      expectedType: "webauthn.create",
      requireUserVerification: true,
      supportedAlgorithmIDs: [ES256, EDDSA, RS256],
    });
    return (
      registrationInfo && {
        id: registrationInfo.credential.id,
        publicKey: toBase64url(registrationInfo.credential.publicKey),
        signCount: registrationInfo.credential.counter,
        backupEligible: registrationInfo.credentialDeviceType === "multiDevice",
        backedUp: registrationInfo.credentialBackedUp,
      }
    );
  });
}

export function secondVerifyAssertion(
  { id, clientDataJSON, authenticatorData, signature }: Assertion,
  userHandle: string | undefined,
  publicKey: Bytes,
  { challenge, origin, rpId }: RegistrationExpectation,
): Promise<SecondVerdict<PasskeyFacts>> {
  return toVerdict(async () => {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: {
          clientDataJSON,
          authenticatorData,
          signature,
          ...(userHandle === undefined ? {} : { userHandle }),
        },
      },
      expectedChallenge: toBase64url(challenge),
      expectedOrigin: origin,
      expectedRPID: rpId,
      expectedType: "webauthn.get",
      requireUserVerification: true,
      // It would refuse a counter that went back. Here that is a signal for the policy to weigh, so it is
      // told of none before.
      credential: { id, publicKey: publicKey.slice(), counter: 0 },
    });
    return verified
      ? {
          signCount: authenticationInfo.newCounter,
          backupEligible: authenticationInfo.credentialDeviceType === "multiDevice",
          backedUp: authenticationInfo.credentialBackedUp,
        }
      : undefined;
  });
}

async function toVerdict<Facts>(question: () => Promise<Facts | undefined>): Promise<SecondVerdict<Facts>> {
  try {
    const facts = await question();
    return facts === undefined ? { accepted: false, reason: "not verified" } : { accepted: true, facts };
  } catch (problem) {
    return { accepted: false, reason: reasonOf(problem) };
  }
}

/** Its messages quote what was sent, and they go to a log: printable ASCII only, and not much of it. */
function reasonOf(problem: unknown): string {
  const message = problem instanceof Error ? problem.message : "an exception that is no error";
  return message.replaceAll(/[^\u0020-\u007e]/g, "?").slice(0, REASON_MAX_CHARACTERS);
}
