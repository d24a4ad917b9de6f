import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyAssertion } from "../../src/core/webauthn/assertion.ts";
import { fromBase64url, toBase64url } from "../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, RS256, type CoseAlgorithm } from "../../src/core/webauthn/cose.ts";
import { expectOk } from "../../src/core/refusal.ts";
import {
  authenticationResponse,
  createAuthenticator,
  type Authenticator,
  type Lies,
  type SignedAssertion,
} from "../support/authenticator.ts";
import { KNOWN_LIES, ENCODING_LIES } from "../support/assertion-lies.ts";

// The software authenticator is tested with an independent verifier, which is also the server's second one. Where it
// accepts what core/webauthn/assertion.ts refuses, the table here says why.

const SITE = { rpId: "sign.example", origin: "https://sign.example" };
const CHALLENGE = Uint8Array.from({ length: 64 }, (_, index) => index);
const ALGORITHMS: readonly CoseAlgorithm[] = [ES256, EDDSA, RS256];

/** Why the independent verifier accepts something that ours refuses. */
const REASONS = {
  crossOrigin: "accepts crossOrigin where topOrigin is absent",
  der: "accepts some DER that is not strict",
  userHandle: "checks only the type of userHandle",
  empty: "reads null and an empty text as absent",
  json: "reads client data with JSON.parse: the last of equal names, any encoding, any depth",
  bounds: "has no limits",
  attested: "parses attested credential data in an assertion",
  cbor: "accepts CBOR that is not canonical, or no map",
  callers: "leaves it to its caller",
};
const ACCEPTED_THERE = new Map([
  ["in a frame", REASONS.crossOrigin],
  ["in a frame, as text", REASONS.crossOrigin],
  ["a byte after the signature", REASONS.der],
  ["a long length", REASONS.der],
  ["a length without end", REASONS.der],
  ["another user handle", REASONS.userHandle],
  ["crossOrigin null", REASONS.empty],
  ["topOrigin empty", REASONS.empty],
  ["topOrigin null", REASONS.empty],
  ["the type twice", REASONS.json],
  ["an unknown name twice", REASONS.json],
  ["the name __proto__", REASONS.json],
  ["half a surrogate pair", REASONS.json],
  ["a deep field", REASONS.json],
  ["257 values", REASONS.json],
  ["a byte order mark", REASONS.json],
  ["no UTF-8", REASONS.json],
  ["client data of 4,097 bytes", REASONS.bounds],
  ["1,040 bytes of data", REASONS.bounds],
  ["a credential inside", REASONS.attested],
  ["extensions in a list", REASONS.cbor],
  ["extensions out of order", REASONS.cbor],
  ["another credential id", REASONS.callers],
  ["no longer eligible", REASONS.callers],
]);

let passkey: Authenticator;
beforeAll(async () => {
  passkey = await createAuthenticator(SITE);
});

async function theirs(of: Authenticator, { response }: Pick<SignedAssertion, "response">, counter = 0) {
  const { id, publicKey } = of.credential;
  try {
    const { verified } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: toBase64url(CHALLENGE),
      expectedOrigin: SITE.origin,
      expectedRPID: SITE.rpId,
      credential: { id, publicKey, counter },
    });
    return verified ? "accepted" : "refused";
  } catch {
    return "refused";
  }
}

async function ours(of: Authenticator, { assertion, userHandle }: SignedAssertion) {
  const expectation = { challenge: CHALLENGE, ...SITE, credential: of.credential };
  const result = await verifyAssertion(assertion, expectation, userHandle);
  return result.ok ? "accepted" : "refused";
}

describe("registering", () => {
  const register = async (of: Authenticator, lies: Lies = {}) =>
    verifyRegistrationResponse({
      response: await of.register(CHALLENGE, lies),
      expectedChallenge: toBase64url(CHALLENGE),
      expectedOrigin: SITE.origin,
      expectedRPID: SITE.rpId,
    });

  it.each(ALGORITHMS)("is accepted elsewhere with algorithm %i", async (algorithm) => {
    const of = await createAuthenticator({ ...SITE, algorithm, signCount: 6 });
    const { id, publicKey } = of.credential;
    const { verified, registrationInfo } = await register(of);
    expect(verified).toBe(true);
    expect(registrationInfo).toMatchObject({
      fmt: "none",
      credential: { id, counter: 7, transports: ["internal"] },
      credentialDeviceType: "multiDevice",
      credentialBackedUp: true,
      userVerified: true,
      rpID: SITE.rpId,
    });
    expect(toBase64url(registrationInfo?.credential.publicKey ?? new Uint8Array())).toBe(
      toBase64url(publicKey),
    );
  });

  it("distinguishes a key that stays on its device", async () => {
    const of = await createAuthenticator({ ...SITE, backupEligible: false });
    const { registrationInfo } = await register(of);
    expect(registrationInfo).toMatchObject({
      credentialDeviceType: "singleDevice",
      credentialBackedUp: false,
    });
    expect(await ours(of, await of.assert(CHALLENGE))).toBe("accepted");
  });

  it.each<[string, Lies, RegExp]>([
    ["type", { type: "webauthn.get" }, /type/],
    ["challenge", { challenge: new Uint8Array(64) }, /challenge/],
    ["origin", { origin: "https://evil.example" }, /origin/],
    ["RP ID", { rpId: "evil.example" }, /RP ID/],
    ["presence", { userPresent: false }, /not present/],
    ["verification", { userVerified: false }, /not be verified/],
    ["backup flags", { backupEligible: false, backedUp: true }, /backed up/],
    ["credential", { attested: false }, /credential ID/],
  ])("is refused elsewhere with a lie about its %s", async (_name, lies, message) => {
    await expect(register(passkey, lies)).rejects.toThrow(message);
    expect((await register(passkey)).verified).toBe(true);
  });

  it.each<[string, Lies]>([
    ["crossOrigin", { crossOrigin: true }],
    ["topOrigin", { crossOrigin: true, topOrigin: "https://evil.example" }],
  ])("is not checked elsewhere for %s", async (_name, lies) => {
    expect((await register(passkey, lies)).verified).toBe(true);
  });
});

describe("two verifiers", () => {
  it.each(ALGORITHMS)("accept an honest assertion with algorithm %i", async (algorithm) => {
    const of = await createAuthenticator({ ...SITE, algorithm, signCount: 1 });
    const signed = await of.assert(CHALLENGE);
    expect([await ours(of, signed), await theirs(of, signed, 1)]).toEqual(["accepted", "accepted"]);
  });

  it.each([...KNOWN_LIES, ...ENCODING_LIES])(
    "refuse, or the table says why one accepts: %s, %s",
    async (_code, name, lies) => {
      const signed = await passkey.assert(CHALLENGE, lies);
      expect(await ours(passkey, signed)).toBe("refused");
      expect(await theirs(passkey, signed)).toBe(ACCEPTED_THERE.has(name) ? "accepted" : "refused");
      const honest = await passkey.assert(CHALLENGE);
      expect([await ours(passkey, honest), await theirs(passkey, honest)]).toEqual(["accepted", "accepted"]);
    },
  );

  it("have a reason only for lies that are tested", () => {
    const names = [...KNOWN_LIES, ...ENCODING_LIES].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([...ACCEPTED_THERE.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });

  it("differ about a counter that went back: refused there, reported here", async () => {
    const signed = await passkey.assert(CHALLENGE, { signCount: 3 });
    const credential = { ...passkey.credential, signCount: 4 };
    expect(await theirs(passkey, signed, 4)).toBe("refused");
    expect(
      await verifyAssertion(signed.assertion, { challenge: CHALLENGE, ...SITE, credential }),
    ).toMatchObject({
      ok: true,
      value: { signCount: 3, signCountRegressed: true },
    });
  });

  it("refuse every flipped bit; the other one accepts some in the DER", async () => {
    const { assertion, userHandle } = await passkey.assert(CHALLENGE);
    const flips = async (field: "authenticatorData" | "signature") => {
      const honest = expectOk(fromBase64url(assertion[field]));
      const accepted = { ours: 0, theirs: 0 };
      for (let bit = 0; bit < 8 * honest.length; bit++) {
        const flipped = honest.with(bit >> 3, (honest[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
        const mutated = { ...assertion, [field]: toBase64url(flipped) };
        const signed = {
          assertion: mutated,
          userHandle,
          response: authenticationResponse(mutated, userHandle),
        };
        if ((await ours(passkey, signed)) === "accepted") accepted.ours++;
        if ((await theirs(passkey, signed)) === "accepted") accepted.theirs++;
      }
      return accepted;
    };
    expect(await flips("authenticatorData")).toEqual({ ours: 0, theirs: 0 });
    // The other one accepts two or three flipped bits of the DER, depending on r and s.
    expect((await flips("signature")).ours).toBe(0);
    const honest = { assertion, userHandle, response: authenticationResponse(assertion, userHandle) };
    expect([await ours(passkey, honest), await theirs(passkey, honest)]).toEqual(["accepted", "accepted"]);
  });
});
