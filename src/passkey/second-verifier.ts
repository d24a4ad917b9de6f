import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { isoCBOR } from "@simplewebauthn/server/helpers";
import type { Assertion } from "../core/webauthn/assertion.ts";
import { toBase64url, type Bytes } from "../core/encoding/bytes.ts";
import { EDDSA, ES256, RS256 } from "../core/webauthn/cose.ts";
import type { Registration, RegistrationExpectation } from "./registration.ts";

// The second verifier, which shares no code with ours. It throws to refuse; here that becomes a verdict.

export type SecondVerdict<Facts> =
  | { readonly accepted: true; readonly facts: Facts }
  | { readonly accepted: false; readonly reason: string };

type PasskeyFacts = {
  readonly signCount: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
};

type RegistrationFacts = PasskeyFacts & { readonly id: string; readonly publicKey: string };

const REASON_MAX_CHARACTERS = 200;

export function secondVerifyRegistration(
  { id, clientDataJSON }: Pick<Registration, "id" | "clientDataJSON">,
  authenticatorData: Bytes,
  { challenge, origin, rpId }: RegistrationExpectation,
): Promise<SecondVerdict<RegistrationFacts>> {
  // The attestation is left out. To check it, the library would parse certificates and fetch the revocation lists
  // that they name, and those addresses are chosen by the person who registers.
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
      // The library would refuse a counter that went back. For us that is only a signal for the policy, so the
      // previous counter is given as 0.
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

async function toVerdict<Facts>(verify: () => Promise<Facts | undefined>): Promise<SecondVerdict<Facts>> {
  try {
    const facts = await verify();
    return facts === undefined ? { accepted: false, reason: "not verified" } : { accepted: true, facts };
  } catch (problem) {
    return { accepted: false, reason: reasonOf(problem) };
  }
}

/** The library's messages quote the input and go to a log: printable ASCII only, and limited in length. */
function reasonOf(problem: unknown): string {
  const message = problem instanceof Error ? problem.message : "an exception that is not an Error";
  return message.replaceAll(/[^\u0020-\u007e]/g, "?").slice(0, REASON_MAX_CHARACTERS);
}
