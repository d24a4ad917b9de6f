import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Assertion } from "../../../src/core/webauthn/assertion.ts";
import {
  concat,
  fromBase64url,
  fromHex,
  toBase64url,
  utf8,
  type Bytes,
} from "../../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, RS256, type CoseAlgorithm } from "../../../src/core/webauthn/cose.ts";
import type { CborValue } from "../../../src/core/webauthn/cbor.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";
import { accept, expectOk, refuse, type RefusalCode, type Result } from "../../../src/core/refusal.ts";
import { compareVerdicts, type Compared } from "../../../src/passkey/compare-verdicts.ts";
import { verifyPasskey, verifyRegistration, type PasskeyInput } from "../../../src/passkey/passkey.ts";
import { ATTESTATION_OBJECT_MAX_BYTES, type Registration } from "../../../src/passkey/registration.ts";
import type { SecondVerdict } from "../../../src/passkey/second-verifier.ts";
import { createAuthenticator, type Authenticator, type Lies } from "../../support/authenticator.ts";
import { KNOWN_LIES, ENCODING_LIES } from "../../support/assertion-lies.ts";
import { encodeCbor } from "../../support/cbor-encoder.ts";

const SITE = { rpId: "sign.example", origin: "https://sign.example" };
const CHALLENGE = Uint8Array.from({ length: 64 }, (_, index) => index);
const ALGORITHMS: readonly CoseAlgorithm[] = [ES256, EDDSA, RS256];

const passkeys = new Map<CoseAlgorithm, Authenticator>();
beforeAll(async () => {
  for (const algorithm of ALGORITHMS) {
    passkeys.set(algorithm, await createAuthenticator({ ...SITE, algorithm, signCount: 6 }));
  }
});

function passkey(algorithm: CoseAlgorithm = ES256): Authenticator {
  const authenticator = passkeys.get(algorithm);
  if (authenticator === undefined) throw new Error(`no passkey for ${algorithm}`);
  return authenticator;
}

const bytes = (hex: string): Bytes => expectOk(fromHex(hex));
const outcomeOf = (result: Result<unknown>): string => (result.ok ? "accepted" : result.refusal.code);
const expectation = { challenge: CHALLENGE, ...SITE };

describe("a registration", () => {
  async function newRegistration(of: Authenticator, lies: Lies = {}): Promise<Registration> {
    const { id, response } = await of.register(CHALLENGE, lies);
    const { clientDataJSON, attestationObject, transports } = response;
    return { id, clientDataJSON, attestationObject, transports };
  }
  const verify = async (of: Authenticator, lies: Lies = {}, change: object = {}) =>
    verifyRegistration({ registration: { ...(await newRegistration(of, lies)), ...change }, ...expectation });
  const outcome = async (...input: Parameters<typeof verify>) => outcomeOf(await verify(...input));

  it.each(ALGORITHMS)("returns all stored facts of a passkey with algorithm %i", async (algorithm) => {
    const of = await createAuthenticator({ ...SITE, algorithm, signCount: 6, backedUp: false });
    const { id, publicKey } = of.credential;
    const result = await verify(of);
    expect(result).toEqual({
      ok: true,
      value: {
        id,
        publicKey,
        algorithm,
        signCount: 7,
        backupEligible: true,
        backedUp: false,
        transports: ["internal"],
      },
    });
  });

  it("recognises a passkey that stays on its device", async () => {
    const of = await createAuthenticator({ ...SITE, backupEligible: false });
    const { backupEligible, backedUp } = expectOk(await verify(of));
    expect({ backupEligible, backedUp }).toEqual({ backupEligible: false, backedUp: false });
  });

  it.each<[string, Lies]>([
    ["with an unknown field", { clientData: { extraData: [1] } }],
    ["without crossOrigin", { clientDataText: (text) => text.replace(',"crossOrigin":false', "") }],
    ["with no extensions in a map", { extensions: bytes("a0") }],
    // {"credProtect": 2}, which Chromium requests from security keys.
    ["with an extension", { extensions: bytes("a16b6372656450726f7465637402") }],
  ])("is accepted %s", async (_name, lies) => {
    for (const algorithm of ALGORITHMS) {
      const of = passkey(algorithm);
      expect(expectOk(await verify(of, lies)).publicKey).toEqual(of.credential.publicKey);
    }
  });

  it.each<[RefusalCode, string, Lies]>([
    ["assertion_type_mismatch", "made for signing", { type: "webauthn.get" }],
    ["challenge_mismatch", "another challenge", { challenge: new Uint8Array(64) }],
    ["origin_mismatch", "another origin", { origin: "https://evil.example" }],
    ["origin_mismatch", "a subdomain", { origin: "https://a.sign.example" }],
    ["cross_origin", "in a frame", { crossOrigin: true }],
    ["cross_origin", "in a frame, as text", { crossOrigin: "true" }],
    ["cross_origin", "in a frame of a page", { crossOrigin: true, topOrigin: "https://evil.example" }],
    ["cross_origin", "with topOrigin of our own", { topOrigin: SITE.origin }],
    ["cross_origin", "topOrigin null", { topOrigin: null }],
    [
      "client_data_malformed",
      "a duplicate type",
      { clientDataText: (text) => text.replace("{", '{"type":1,') },
    ],
    ["client_data_malformed", "text that is not JSON", { clientDataText: () => "webauthn.create" }],
    ["client_data_malformed", "null", { clientDataText: () => "null" }],
    ["registration_malformed", "client data of 4,097 bytes", { clientDataText: () => " ".repeat(4_097) }],
    ["rp_id_mismatch", "for the parent domain", { rpId: "example" }],
    ["user_not_present", "no user present", { userPresent: false }],
    ["user_not_verified", "user not verified", { userVerified: false }],
    ["backup_flags_invalid", "backed up, not eligible", { backupEligible: false, backedUp: true }],
    ["registration_malformed", "no credential", { attested: false }],
    ["registration_malformed", "truncated in the AAGUID", { authenticatorData: (data) => data.slice(0, 40) }],
    ["registration_malformed", "truncated in the id", { authenticatorData: (data) => data.slice(0, 60) }],
    ["registration_malformed", "no key", { authenticatorData: (data) => data.slice(0, 55 + 32) }],
    ["registration_malformed", "an empty id", { id: "" }],
    ["key_malformed", "a truncated key", { authenticatorData: (data) => data.slice(0, -1) }],
    ["key_malformed", "a byte after the key", { authenticatorData: (data) => concat(data, bytes("00")) }],
    [
      "key_malformed",
      "extensions without their flag",
      { authenticatorData: (data) => concat(data, bytes("a0")) },
    ],
    ["authenticator_data_malformed", "extensions in a list", { extensions: bytes("80") }],
    ["authenticator_data_malformed", "extensions out of order", { extensions: bytes("a2616201616101") }],
    ["registration_malformed", "a byte after the extensions", { extensions: bytes("a000") }],
    ["registration_malformed", "truncated extensions", { extensions: bytes("a161") }],
    [
      "registration_malformed",
      "ED without extensions",
      { authenticatorData: (data) => data.with(32, (data[32] ?? 0) | 0x80) },
    ],
    // Changes the last byte of the y coordinate, so that the point is not on the curve.
    [
      "key_malformed",
      "a point that is not on the curve",
      { authenticatorData: (data) => data.with(data.length - 1, (data.at(-1) ?? 0) ^ 1) },
    ],
  ])("is refused as %s: %s", async (code, _name, lies) => {
    expect(await outcome(passkey(), lies)).toBe(code);
    expect(await outcome(passkey())).toBe("accepted");
  });

  const spaced = (text: string) => `${text} `;
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["another id", { id: toBase64url(new Uint8Array(32)) }],
    ["an id of 1,024 bytes", { id: toBase64url(new Uint8Array(1_024)) }],
    ["no id", { id: undefined }],
    ["an id that is not text", { id: 7 }],
    ["no client data", { clientDataJSON: null }],
    ["an attestation that is not text", { attestationObject: {} }],
    ["an attestation that is not base64url", { attestationObject: spaced("AAAA".repeat(20)) }],
    ["an attestation that is not CBOR", { attestationObject: "____".repeat(20) }],
    ["a list", { attestationObject: toBase64url(encodeCbor(Array.from({ length: 40 }, () => 1))) }],
    [
      "a map without data",
      { attestationObject: toBase64url(encodeCbor(new Map([["fmt", "none".repeat(20)]]))) },
    ],
    [
      "data that is text",
      { attestationObject: toBase64url(encodeCbor(new Map([["authData", "a".repeat(200)]]))) },
    ],
    [
      "endlessly nested lists",
      { attestationObject: toBase64url(new Uint8Array(ATTESTATION_OBJECT_MAX_BYTES).fill(0x81)) },
    ],
    [
      "endlessly nested tags",
      { attestationObject: toBase64url(new Uint8Array(ATTESTATION_OBJECT_MAX_BYTES).fill(0xc1)) },
    ],
    ["a length beyond the end", { attestationObject: toBase64url(bytes(`9affffffff${"00".repeat(60)}`)) }],
    [
      "an attestation over the limit",
      { attestationObject: toBase64url(new Uint8Array(ATTESTATION_OBJECT_MAX_BYTES + 1)) },
    ],
    ["transports that are not a list", { transports: "internal" }],
    ["transports that are not text", { transports: [1] }],
    ["nine transports", { transports: Array.from({ length: 9 }, (_, index) => "abcdefghi".slice(index)) }],
  ])("is refused with %s", async (_name, change) => {
    expect(await outcome(passkey(), {}, change)).toBe("registration_malformed");
    expect(await outcome(passkey())).toBe("accepted");
  });

  it.each([null, undefined, 1, "text", []])("is refused if it is %j", async (registration) => {
    const malformed = { registration: registration as unknown as Registration, ...expectation };
    expect(outcomeOf(await verifyRegistration(malformed))).toBe("registration_malformed");
  });

  it("keeps only plausible transports", async () => {
    const transports = ["usb", "usb", "smart-card", "new", "not one", "Ünü"];
    expect(expectOk(await verify(passkey(), {}, { transports })).transports).toEqual([
      "usb",
      "smart-card",
      "new",
    ]);
    expect(expectOk(await verify(passkey(), {}, { transports: undefined })).transports).toEqual([]);
  });

  it("is refused with a challenge that is too short", async () => {
    const short = { ...expectation, challenge: CHALLENGE.slice(0, 15) };
    const { id, response } = await passkey().register(short.challenge);
    const { clientDataJSON, attestationObject } = response;
    const registration = { id, clientDataJSON, attestationObject };
    expect(outcomeOf(await verifyRegistration({ registration, ...short }))).toBe("challenge_mismatch");
  });

  /** The same authenticator data with another attestation statement. */
  async function attestedAs(fmt: CborValue, attStmt: CborValue): Promise<string> {
    const { attestationObject } = await newRegistration(passkey());
    const authData = expectOk(fromBase64url(attestationObject)).slice(
      bytes("a363666d74646e6f6e656761747453746d74a0686175746844617461").length,
    );
    const head = encodeCbor(
      new Map<string, CborValue>([
        ["fmt", fmt],
        ["attStmt", attStmt],
      ]),
    );
    return toBase64url(concat(bytes("a3"), head.subarray(1), encodeCbor("authData"), authData));
  }
  it.each<[string, CborValue, CborValue]>([
    ["none", "none", new Map()],
    ["none with a statement", "none", new Map([["x", 1]])],
    [
      "an invalid self attestation",
      "packed",
      new Map<string, CborValue>([
        ["alg", -7],
        ["sig", new Uint8Array(8)],
      ]),
    ],
    [
      "an invalid certificate",
      "packed",
      new Map<string, CborValue>([
        ["alg", -7],
        ["sig", new Uint8Array(8)],
        ["x5c", [new Uint8Array(99)]],
      ]),
    ],
    ["tpm", "tpm", new Map()],
    ["an unknown format", "made-up", null],
    ["a format that is not text", 7, 7],
  ])("is accepted whatever its attestation: %s", async (_name, fmt, statement) => {
    const attestationObject = await attestedAs(fmt, statement);
    expect(await outcome(passkey(), {}, { attestationObject })).toBe("accepted");
  });

  it("never causes an exception when it is damaged", async () => {
    const honest = await newRegistration(passkey());
    const field = fc.constantFrom("clientDataJSON" as const, "attestationObject" as const);
    const damage = fc.array(fc.tuple(fc.nat(4_096), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(field, damage, async (name, changes) => {
        const whole = expectOk(fromBase64url(honest[name]));
        const damaged = changes.reduce((data, [at, byte]) => data.with(at % data.length, byte), whole);
        const result = await verifyRegistration({
          registration: { ...honest, [name]: toBase64url(damaged) },
          ...expectation,
        });
        if (result.ok) expect(result.value.id).toBe(honest.id);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a decision", () => {
  const input = (of: Authenticator): Omit<PasskeyInput, "assertion"> => ({
    ...expectation,
    credential: { ...of.credential, signCount: 0 },
    allowed: ["AAAA", of.credential.id],
  });
  async function verify(of: Authenticator, lies: Lies = {}, change: Partial<PasskeyInput> = {}) {
    const { assertion, userHandle } = await of.assert(CHALLENGE, lies);
    return verifyPasskey({ assertion, userHandle, ...input(of), ...change });
  }

  it.each(ALGORITHMS)("is accepted with algorithm %i, and its facts are returned", async (algorithm) => {
    const of = await createAuthenticator({ ...SITE, algorithm, signCount: 6, backedUp: false });
    const value = { signCount: 7, backupEligible: true, backedUp: false, signCountRegressed: false };
    expect(await verify(of)).toEqual({ ok: true, value });
  });

  it.each(ALGORITHMS.flatMap((algorithm) => KNOWN_LIES.map((lie) => [algorithm, ...lie] as const)))(
    "with %i is refused as %s: %s",
    async (algorithm, code, _name, lies) => {
      const result = await verify(passkey(algorithm), lies);
      // Both verifiers agree on each refusal.
      expect([outcomeOf(result), result.disagreement]).toEqual([code, undefined]);
      expect(outcomeOf(await verify(passkey(algorithm)))).toBe("accepted");
    },
  );

  it.each(ENCODING_LIES)("is refused as %s: %s", async (code, _name, lies) => {
    expect(outcomeOf(await verify(passkey(), lies))).toBe(code);
    expect(outcomeOf(await verify(passkey()))).toBe("accepted");
  });

  it("is refused if another passkey signed it", async () => {
    const signedBy = await createAuthenticator(SITE);
    expect(outcomeOf(await verify(passkey(), { signedBy }))).toBe("signature_verification_failed");
    expect(outcomeOf(await verify(passkey()))).toBe("accepted");
  });

  it("is flagged, not refused, if the counter went back", async () => {
    const credential = { ...passkey().credential, signCount: 1_000_000 };
    expect(expectOk(await verify(passkey(), {}, { credential })).signCountRegressed).toBe(true);
  });

  it.each<[string, Partial<PasskeyInput>]>([
    ["unknown_credential", { allowed: [] }],
    ["accepted", { allowed: "discoverable" }],
    ["user_handle_mismatch", { allowed: "discoverable", userHandle: undefined }],
    ["user_handle_mismatch", { allowed: "discoverable", userHandle: null }],
    ["user_handle_mismatch", { userHandle: "" }],
    ["accepted", { userHandle: undefined }],
    ["accepted", { userHandle: null }],
    ["challenge_mismatch", { challenge: CHALLENGE.with(0, 1) }],
    ["origin_mismatch", { origin: "https://sign.example:444" }],
    ["rp_id_mismatch", { rpId: "example" }],
  ])("is %s with %j", async (code, change) => {
    expect(outcomeOf(await verify(passkey(), {}, change))).toBe(code);
  });

  it.each([null, undefined, 1, "text", [], {}, { id: 1 }])("is refused if it is %j", async (assertion) => {
    const malformed = { ...input(passkey()), assertion: assertion as unknown as Assertion };
    expect(outcomeOf(await verifyPasskey(malformed))).toBe("assertion_malformed");
  });

  it("is refused if the verifiers disagree, with both reasons for the log", async () => {
    // The other verifier still parses the obsolete token binding. Ours ignores it like any unknown field.
    const lies = { clientData: { tokenBinding: "\u001b[2J quoted" } };
    for (const result of [await verify(passkey(), lies), await registered(passkey(), lies)]) {
      expect(result).toMatchObject({ ok: false, refusal: { code: "verifiers_disagree" } });
      expect(result.disagreement?.ours).toBe("accepted");
      expect(result.disagreement?.theirs).toMatch(/^[ -~]{10,200}$/);
    }
    const honest = { clientData: { tokenBinding: { status: "supported" } } };
    expect(outcomeOf(await verify(passkey(), honest))).toBe("accepted");
    expect(outcomeOf(await registered(passkey(), honest))).toBe("accepted");
  });

  async function registered(of: Authenticator, lies: Lies): Promise<Compared<unknown>> {
    const { id, response } = await of.register(CHALLENGE, lies);
    const { clientDataJSON, attestationObject } = response;
    return verifyRegistration({ registration: { id, clientDataJSON, attestationObject }, ...expectation });
  }

  it("is refused with any flipped bit of the signed data", async () => {
    const { assertion, userHandle } = await passkey().assert(CHALLENGE);
    for (const field of ["authenticatorData", "signature"] as const) {
      const honest = expectOk(fromBase64url(assertion[field]));
      for (let bit = 0; bit < 8 * honest.length; bit++) {
        const flipped = honest.with(bit >> 3, (honest[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
        const mutated = { ...assertion, [field]: toBase64url(flipped) };
        expect((await verifyPasskey({ ...input(passkey()), assertion: mutated, userHandle })).ok).toBe(false);
      }
    }
    expect(outcomeOf(await verifyPasskey({ ...input(passkey()), assertion, userHandle }))).toBe("accepted");
  });
});

describe("two verdicts", () => {
  const facts = { signCount: 1, backedUp: true };
  const yes: SecondVerdict<JsonObject> = { accepted: true, facts };
  const no: SecondVerdict<JsonObject> = { accepted: false, reason: "why not" };
  const refused = (code: RefusalCode) => refuse(code, "plain words");
  const DISAGREE = "verifiers_disagree";

  it.each<[string, Result<JsonObject>, SecondVerdict<JsonObject>, string]>([
    ["both yes", accept(facts), yes, "accepted"],
    ["both yes, facts in another order", accept({ backedUp: true, signCount: 1 }), yes, "accepted"],
    ["both yes, other facts", accept({ ...facts, signCount: 2 }), yes, DISAGREE],
    ["both yes, fewer facts", accept({ signCount: 1 }), yes, DISAGREE],
    ["only theirs no", accept(facts), no, DISAGREE],
    ["both no", refused("signature_verification_failed"), no, "signature_verification_failed"],
    ["ours no, a rule of both", refused("signature_verification_failed"), yes, DISAGREE],
    ["ours no to the challenge", refused("challenge_mismatch"), yes, DISAGREE],
    ["ours no, where we are stricter", refused("cross_origin"), yes, "cross_origin"],
    ["ours no to the spelling", refused("signature_malformed"), yes, "signature_malformed"],
  ])("%s", (_name, ours, theirs, outcome) => {
    const result = compareVerdicts(ours, theirs, (value) => value);
    expect(outcomeOf(result)).toBe(outcome);
    expect(result.disagreement !== undefined).toBe(outcome === DISAGREE);
    if (!result.ok) expect(utf8(result.refusal.detail).length).toBeGreaterThan(0);
  });
});
