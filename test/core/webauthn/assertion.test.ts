import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  assertionHash,
  assertionShape,
  verifyAssertion,
  verifySignature,
  type Assertion,
  type AssertionExpectation,
} from "../../../src/core/webauthn/assertion.ts";
import {
  concat,
  fromBase64url,
  fromHex,
  toBase64url,
  toHex,
  utf8,
} from "../../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, readCoseKey, RS256, type CoseAlgorithm } from "../../../src/core/webauthn/cose.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import type { JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk, type RefusalCode } from "../../../src/core/refusal.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import { createAuthenticator, type Authenticator, type Lies } from "../../support/authenticator.ts";
import { KNOWN_LIES, ENCODING_LIES } from "../../support/assertion-lies.ts";

const SITE = { rpId: "sign.example", origin: "https://sign.example" };
const CHALLENGE = Uint8Array.from({ length: 64 }, (_, index) => index);
const ALGORITHMS: readonly CoseAlgorithm[] = [ES256, EDDSA, RS256];

const passkeys = new Map<CoseAlgorithm, Authenticator>();
beforeAll(async () => {
  for (const algorithm of ALGORITHMS) {
    passkeys.set(algorithm, await createAuthenticator({ ...SITE, algorithm }));
  }
});

function passkey(algorithm: CoseAlgorithm = ES256): Authenticator {
  const authenticator = passkeys.get(algorithm);
  if (authenticator === undefined) throw new Error(`no passkey for ${algorithm}`);
  return authenticator;
}

function expecting(of: Authenticator): AssertionExpectation {
  return { challenge: CHALLENGE, ...SITE, credential: of.credential, allowed: ["AAAA", of.credential.id] };
}

async function outcome(of: Authenticator, lies: Lies, expectation = expecting(of)): Promise<string> {
  const { assertion, userHandle } = await of.assert(CHALLENGE, lies);
  return outcomeOf(assertion, expectation, userHandle);
}

async function outcomeOf(
  assertion: Assertion,
  expectation: AssertionExpectation,
  userHandle?: string,
): Promise<string> {
  const result = await verifyAssertion(assertion, expectation, userHandle);
  return result.ok ? "accepted" : result.refusal.code;
}

describe.each(ALGORITHMS)("an assertion with algorithm %i", (algorithm) => {
  it.each<[string, Lies]>([
    ["as it is", {}],
    ["not backed up at the moment", { backedUp: false }],
    ["with a counter", { signCount: 2 ** 32 - 1 }],
    ["with an unknown field", { clientData: { extraData: { list: [1, null, "ä"] } } }],
    ["with 256 values", { clientData: { list: Array.from({ length: 250 }, () => 0) } }],
    ["with eight levels", { clientData: { list: [[[[[[[]]]]]]] } }],
    ["with the hint of a browser", { clientData: { other_keys_can_be_added_here: "do not compare" } }],
    ["without crossOrigin", { clientDataText: (text) => text.replace(',"crossOrigin":false', "") }],
    ["with spaces", { clientDataText: (text) => ` ${text.replaceAll(",", " ,\n\t")}\r\n` }],
    ["with no extensions in a map", { extensions: Uint8Array.of(0xa0) }],
    [
      "with an extension",
      { extensions: concat(Uint8Array.of(0xa1, 0x63), utf8("uvm"), Uint8Array.of(0x81, 0x83, 2, 4, 2)) },
    ],
    ["with reserved flags", { authenticatorData: (data) => data.with(32, (data[32] ?? 0) | 0x22) }],
  ])("is accepted %s", async (_name, lies) => {
    expect(await outcome(passkey(algorithm), lies)).toBe("accepted");
  });

  it.each(KNOWN_LIES)("is refused as %s: %s", async (code, _name, lies) => {
    expect(await outcome(passkey(algorithm), lies)).toBe(code);
    expect(await outcome(passkey(algorithm), {})).toBe("accepted");
  });

  it("is refused if another passkey signed it", async () => {
    const signedBy = await createAuthenticator({ ...SITE, algorithm });
    expect(await outcome(passkey(algorithm), { signedBy })).toBe("signature_verification_failed");
    expect(await outcome(passkey(algorithm), {})).toBe("accepted");
  });

  it("is refused if a passkey with another algorithm signed it", async () => {
    const signedBy = passkey(algorithm === RS256 ? EDDSA : RS256);
    expect(await outcome(passkey(algorithm), { signedBy })).toBe("signature_malformed");
    expect(await outcome(passkey(algorithm), {})).toBe("accepted");
  });

  it("is refused if any expectation differs", async () => {
    const of = passkey(algorithm);
    const { assertion, userHandle } = await of.assert(CHALLENGE);
    const expected = expecting(of);
    const { credential } = expected;
    const other = passkey(algorithm === RS256 ? EDDSA : RS256).credential;
    const rows: readonly [RefusalCode, Partial<AssertionExpectation>][] = [
      ["challenge_mismatch", { challenge: CHALLENGE.with(63, 0) }],
      ["challenge_mismatch", { challenge: CHALLENGE.slice(0, 32) }],
      ["origin_mismatch", { origin: "https://sign.example:444" }],
      ["rp_id_mismatch", { rpId: "example" }],
      ["unknown_credential", { allowed: [] }],
      ["unknown_credential", { allowed: [other.id] }],
      ["unknown_credential", { credential: { ...credential, id: other.id } }],
      ["user_handle_mismatch", { credential: { ...credential, userHandle: other.userHandle } }],
      ["backup_eligibility_changed", { credential: { ...credential, backupEligible: false } }],
      ["algorithm_mismatch", { credential: { ...credential, algorithm: other.algorithm } }],
      ["signature_malformed", { credential: { id: credential.id, publicKey: other.publicKey } }],
      ["key_malformed", { credential: { ...credential, publicKey: credential.publicKey.slice(1) } }],
    ];
    for (const [code, change] of rows) {
      expect(await outcomeOf(assertion, { ...expected, ...change }, userHandle)).toBe(code);
    }
    expect(await outcomeOf(assertion, expected, userHandle)).toBe("accepted");
  });

  it("is refused with a part of another assertion", async () => {
    const of = passkey(algorithm);
    const { assertion } = await of.assert(CHALLENGE);
    const other = (await of.assert(CHALLENGE, { signCount: 7, clientData: { other: true } })).assertion;
    for (const field of ["clientDataJSON", "authenticatorData", "signature"] as const) {
      const mixed = { ...assertion, [field]: other[field] };
      expect(await outcomeOf(mixed, expecting(of))).toBe("signature_verification_failed");
    }
    expect(await outcomeOf(assertion, expecting(of))).toBe("accepted");
    expect(await outcomeOf(other, expecting(of))).toBe("accepted");
  });
});

describe("an assertion", () => {
  it.each(ENCODING_LIES)("is refused as %s: %s", async (code, _name, lies) => {
    expect(await outcome(passkey(), lies)).toBe(code);
    expect(await outcome(passkey(), {})).toBe("accepted");
  });

  it("is refused with an EdDSA signature that starts with a point of small order", async () => {
    const signature = (honest: Uint8Array) => concat(Uint8Array.of(1), new Uint8Array(31), honest.slice(32));
    expect(await outcome(passkey(EDDSA), { signature })).toBe("signature_malformed");
    expect(await outcome(passkey(EDDSA), {})).toBe("accepted");
  });

  it("is refused for a key that is not on the curve", async () => {
    const { credential } = passkey();
    const last = credential.publicKey.length - 1;
    const publicKey = credential.publicKey.with(last, (credential.publicKey[last] ?? 0) ^ 1);
    const elsewhere = { ...expecting(passkey()), credential: { ...credential, publicKey } };
    expect(await outcome(passkey(), {}, elsewhere)).toBe("key_malformed");
    expect(await outcome(passkey(), {})).toBe("accepted");
  });

  it("can be verified with only what an auditor knows", async () => {
    const { id, publicKey } = passkey().credential;
    const expectation = { challenge: CHALLENGE, ...SITE, credential: { id, publicKey } };
    expect(await outcome(passkey(), { backupEligible: false, backedUp: false }, expectation)).toBe(
      "accepted",
    );
    expect(await outcome(passkey(), { userHandle: "AAAA", signCount: 1 }, expectation)).toBe("accepted");
    expect(await outcome(passkey(), { userVerified: false }, expectation)).toBe("user_not_verified");
  });

  it("cannot be verified without a challenge", async () => {
    const none = { ...expecting(passkey()), challenge: new Uint8Array() };
    expect(await outcome(passkey(), { challenge: none.challenge }, none)).toBe("challenge_mismatch");
    for (const [bytes, code] of [
      [15, "challenge_mismatch"],
      [16, "accepted"],
    ] as const) {
      const short = { ...none, challenge: CHALLENGE.slice(0, bytes) };
      expect(await outcome(passkey(), { challenge: short.challenge }, short)).toBe(code);
    }
  });

  it("may come without a user handle", async () => {
    const { assertion } = await passkey().assert(CHALLENGE);
    expect(await outcomeOf(assertion, expecting(passkey()))).toBe("accepted");
    expect(await outcomeOf(assertion, expecting(passkey()), "")).toBe("user_handle_mismatch");
  });

  it.each([
    ["no counter", 0, 0, false],
    ["the first count", 0, 1, false],
    ["a further count", 7, 8, false],
    ["a gap", 7, 2 ** 32 - 1, false],
    ["the same count", 7, 7, true],
    ["a smaller count", 7, 6, true],
    ["a counter that is missing", 7, 0, true],
    ["the largest number again", 2 ** 32 - 1, 2 ** 32 - 1, true],
    ["an unknown earlier counter", undefined, 5, false],
  ])("reports its counter: %s", async (_name, before, signCount, signCountRegressed) => {
    const { id, publicKey } = passkey().credential;
    const credential = before === undefined ? { id, publicKey } : { id, publicKey, signCount: before };
    const { assertion } = await passkey().assert(CHALLENGE, { signCount, backedUp: false });
    expect(await verifyAssertion(assertion, { challenge: CHALLENGE, ...SITE, credential })).toEqual({
      ok: true,
      value: { signCount, signCountRegressed, backupEligible: true, backedUp: false },
    });
  });

  it("is refused with any one bit flipped", async () => {
    const { assertion } = await passkey().assert(CHALLENGE);
    const accepted: string[] = [];
    for (const field of ["authenticatorData", "signature", "clientDataJSON"] as const) {
      const honest = expectOk(fromBase64url(assertion[field]));
      for (let bit = 0; bit < 8 * honest.length; bit++) {
        const flipped = honest.with(bit >> 3, (honest[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
        const result = await outcomeOf({ ...assertion, [field]: toBase64url(flipped) }, expecting(passkey()));
        if (result === "accepted") accepted.push(`${field} ${bit}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(await outcomeOf(assertion, expecting(passkey()))).toBe("accepted");
  });
});

describe("the form of an assertion", () => {
  const good = { id: "AA", clientDataJSON: "AQID", authenticatorData: "A".repeat(50), signature: "BwgJ" };
  const zeros = (count: number) => toBase64url(new Uint8Array(count));

  it.each<[string, JsonValue]>([
    ["null", null],
    ["a list", [good]],
    ["an unknown field", { ...good, userHandle: "AA" }],
    ["a missing field", { id: "AA", clientDataJSON: "AQID", authenticatorData: good.authenticatorData }],
    ["an empty id", { ...good, id: "" }],
    ["an id of 1,024 bytes", { ...good, id: zeros(1_024) }],
    ["an id that is a number", { ...good, id: 1 }],
    ["padding", { ...good, id: "AA==" }],
    ["the other alphabet", { ...good, clientDataJSON: "A+ID" }],
    ["bits that are not used", { ...good, id: "AB" }],
    ["a space", { ...good, signature: "BwgJ " }],
    ["client data of 4,097 bytes", { ...good, clientDataJSON: zeros(4_097) }],
    ["authenticator data of 36 bytes", { ...good, authenticatorData: zeros(36) }],
    ["authenticator data of 1,025 bytes", { ...good, authenticatorData: zeros(1_025) }],
    ["a signature of 513 bytes", { ...good, signature: zeros(513) }],
  ])("refuses %s", async (_name, bad) => {
    expect(matchShape(assertionShape, bad).ok).toBe(false);
    expect(await outcomeOf(bad as unknown as Assertion, expecting(passkey()))).toBe("assertion_malformed");
    expect(matchShape(assertionShape, good)).toEqual({ ok: true, value: good });
  });

  it.each<[string, JsonValue]>([
    ["an id of 1,023 bytes", { ...good, id: zeros(1_023) }],
    ["one byte each", { ...good, id: "AA", clientDataJSON: "AA", signature: "AA" }],
    ["client data of 4,096 bytes", { ...good, clientDataJSON: zeros(4_096) }],
    ["authenticator data of 37 bytes", { ...good, authenticatorData: zeros(37) }],
    ["authenticator data of 1,024 bytes", { ...good, authenticatorData: zeros(1_024) }],
    ["a signature of 512 bytes", { ...good, signature: zeros(512) }],
  ])("allows %s", (_name, allowed) => {
    expect(matchShape(assertionShape, allowed)).toEqual({ ok: true, value: allowed });
  });

  it("has the hash of its canonical JSON, in any order of fields", () => {
    const assertion = { signature: "BwgJ", id: "AA", clientDataJSON: "AQID", authenticatorData: "BAUG" };
    const hash = "387d138864b02ee8026bba6c9195da9d1c6e0db9f32c397b9261ccf403036b72";
    expect(toHex(assertionHash(assertion))).toBe(hash);
    for (const field of Object.keys(assertion)) {
      expect(toHex(assertionHash({ ...assertion, [field]: "AAAA" }))).not.toBe(hash);
    }
  });

  it("never throws, for any input", async () => {
    const expectation = expecting(passkey());
    const { assertion } = await passkey().assert(CHALLENGE);
    const encoded = fc.uint8Array({ maxLength: 120 }).map(toBase64url);
    const field = (honest: string) => fc.oneof(fc.constant(honest), encoded, fc.string());
    const assertions = fc.record({
      id: field(assertion.id),
      clientDataJSON: field(assertion.clientDataJSON),
      authenticatorData: field(assertion.authenticatorData),
      signature: field(assertion.signature),
    });
    await fc.assert(
      fc.asyncProperty(assertions, async (attempt) => {
        const honest = JSON.stringify(attempt) === JSON.stringify(assertion);
        expect((await outcomeOf(attempt, expectation)) === "accepted").toBe(honest);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the test vectors of WebAuthn Level 3, section 16", () => {
  const RP_ID_HASH = "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5";
  const EXTRA =
    ',"extraData":"clientDataJSON may be extended with additional fields in the future, such as this: ';
  const es256 = (x: string, y: string) => `a5010203262001215820${x}225820${y}`;

  it.each<[string, string, string, string, string, string, string]>([
    [
      "packed-es256",
      "accepted",
      es256(
        "1cf27f25da591208a4239c2e324f104f585525479a29edeedd830f48e77aeae5",
        "59e4b7da6c0106e206ce390c93ab98a15a5ec3887e57f0cc2bece803b920c423",
      ),
      "0d",
      "sRBvpGpXvvF4FRHAVX3ImKA0E9Xw8X0kRjDBlMfhrbU",
      `"crossOrigin":false${EXTRA}AZMwyMxIbD8-uguFNp6r8Q"`,
      "30450220694969d3ee928de6f02ef23a9c644d7d779916451734a94b432542f498a1ebe90221008b0819c824218a97152cd099c55bfb1477b29d900a49a64018314f9bfccda163",
    ],
    [
      "tpm-es256",
      "accepted",
      es256(
        "41202698c9d9753fb4bb3f27cd09fe6b8afdb76438ee2ae54d7c9dade10d864b",
        "d8735115cdb330a63ea1d6e43d5000f4bd56f99bce83ee1d73301fc270116d07",
      ),
      "0d",
      "AAk7ZsIdW16J96BwghGJB-o-UC00OzFLjFpU1i2yAvs",
      '"crossOrigin":false',
      "3045022060dc76b1607ec716c6e5eba8d056695ed6bc47b2e3d7a729c34e759e3ab66aa0022100d010a9e8fddcb64c439dfdca628ddb33cf245d567d157d9f66f942601bed9b38",
    ],
    [
      "none-es256-crossOrigin",
      "cross_origin",
      es256(
        "22200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d",
        "cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
      ),
      "05",
      "h2qlF7qD_e5l_P_bykyE7q5dVPgEGh_IXJkeW7snMTc",
      `"crossOrigin":true${EXTRA}92pcTVD0Aby-q4dtmj6efg"`,
      "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf",
    ],
    [
      "none-es256-topOrigin",
      "cross_origin",
      es256(
        "a1c47c1d82da4ebe82cd72207102b380670701993bc35398ae2e5726427fe01d",
        "86c1080d82987028c7f54ecb1b01185de243b359294a0ed210cd47480f0adc88",
      ),
      "05",
      "1UpcjKS2Ko47syHjsrxzhW-FoQFQ2yk5rBlXOeseoGY",
      `"crossOrigin":true,"topOrigin":"https://example.com"${EXTRA}UiFoJMVRQHDAFWFi4vxUpQ"`,
      "3045022100b5a70c81780d5fcc9a4f2ae9caae99058f8accaf58b91fb59329646c28ac6ffc022012e101c165db3c8e9957f0c54dd6ca9b56bc3bd2f280bd2faa6c1d02c6e5c171",
    ],
    [
      "packed-eddsa",
      "user_not_verified",
      "a401010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832",
      "01",
      "iVlX4BxjOmmDSKLYoxpUt9sn6MHEOyCA15riGQJnv9I",
      '"crossOrigin":false',
      "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d453993dae00b",
    ],
    [
      "packed-rs256",
      "user_not_verified",
      `a4010303390100205901b403${"ff".repeat(159)}f7${"ff".repeat(115)}80${"00".repeat(158)}012143010001`,
      "19",
      "KV9Z9fqP5ixayp4nYmx4yNo3aubYzS3SmuutYB4bxMU",
      '"crossOrigin":false',
      "01063d52d7c39b4d432fc7063c5d93e582bdcb16889cd71f888d67d880ea730a428498d3bc8e1ee11f2b1ecbe6c2" +
        "92b118c55ffaaddefa8cad0a54dd137c51f1eec673f1bb6c4d1789d6826a222b22d0f585fc901fdc933212e579d1" +
        "99b89d672aa44891333e6a1355536025e82b25590256c3538229b55737083b2f6b9377e49e2472f11952f79fdd0d" +
        "a180b5ffd901b4049a8f081bb40711bef76c62aed943571f2d0575304cb549d68d8892f95086a30f93716aee818f" +
        "8dc06e96c0d5e0ed4cfa9fd8773d90464b68cf140f7986666ff9c9e3302acd0535d60d769f465e2ab57ef8aabc89" +
        "fccfef7ba32a64154a8b3d26be2298f470b8cc5377dbe3dfd4b0b45f8f01e63bde6cfc76b62771f9b70aa27cf401" +
        "52cad93aa5acd784fd4b90f676e2ea828d0bf2400aebbaae4153e5838f537f88b6228346782a93a899be66ec77de" +
        "45b3efcf311da6321c92e6b0cd11bfe653bf3e98cee8e341f02d67dbb6f9c98d9e8178090cfb5b70fbc6d541599a" +
        "c794ae2f1d4de1286ec8de8c2daf7b1d15c8438e90d924df5c19045220a4c8438c1b979bbe016cf3d0eeec23c399" +
        "9d4882cc645b776de930756612cdc6dd398160ff02a6",
    ],
  ])("%s is %s", async (_name, expected, publicKeyHex, flags, challenge, rest, signatureHex) => {
    const publicKey = expectOk(fromHex(publicKeyHex));
    const clientData = utf8(
      `{"type":"webauthn.get","challenge":"${challenge}","origin":"https://example.org",${rest}}`,
    );
    const authenticatorData = expectOk(fromHex(`${RP_ID_HASH}${flags}00000000`));
    const signature = expectOk(fromHex(signatureHex));
    const key = expectOk(readCoseKey(publicKey));
    const signed = concat(authenticatorData, sha256(clientData));
    expect((await verifySignature(key, signature, signed)).ok).toBe(true);
    const assertion = {
      id: "AA",
      clientDataJSON: toBase64url(clientData),
      authenticatorData: toBase64url(authenticatorData),
      signature: toBase64url(signature),
    };
    const expectation = {
      challenge: expectOk(fromBase64url(challenge)),
      rpId: "example.org",
      origin: "https://example.org",
      credential: { id: "AA", publicKey },
    };
    expect(await outcomeOf(assertion, expectation)).toBe(expected);
  });
});
