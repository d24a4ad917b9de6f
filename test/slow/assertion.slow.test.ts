import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyAssertion, type Assertion } from "../../src/core/webauthn/assertion.ts";
import { fromBase64url, toBase64url, toHex, type Bytes } from "../../src/core/encoding/bytes.ts";
import { EDDSA, ES256, readCoseKey, RS256, type CoseAlgorithm } from "../../src/core/webauthn/cose.ts";
import { readCborMap } from "../../src/core/webauthn/cbor.ts";
import { derFromRaw, rawFromDer } from "../../src/core/webauthn/der.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { createAuthenticator, type Authenticator } from "../support/authenticator.ts";
import { encodeCbor } from "../support/cbor-encoder.ts";

const SITE = { rpId: "sign.example", origin: "https://sign.example" };
const CHALLENGE = Uint8Array.from({ length: 64 }, (_, index) => index);
const RUNS = 100_000;
const FIELDS = ["authenticatorData", "signature", "clientDataJSON"] as const;
const ALGORITHMS: readonly CoseAlgorithm[] = [ES256, EDDSA, RS256];

async function accepts(of: Authenticator, assertion: Assertion): Promise<boolean> {
  const expectation = {
    challenge: CHALLENGE,
    ...SITE,
    credential: of.credential,
    allowed: [of.credential.id],
  };
  return (await verifyAssertion(assertion, expectation, of.credential.userHandle)).ok;
}

/** One to four bytes of honest data changed, removed or inserted. */
function damaged(honest: Uint8Array): fc.Arbitrary<Bytes> {
  const change = fc.record({
    at: fc.nat(honest.length),
    taken: fc.nat(3),
    put: fc.uint8Array({ maxLength: 3 }),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      Uint8Array.from(
        changes.reduce((bytes, { at, taken, put }) => bytes.toSpliced(at, taken, ...put), [...honest]),
      ),
    );
}

describe.each(ALGORITHMS)("assertions with algorithm %i", (algorithm) => {
  it("are refused with any flipped bit", { timeout: 120_000 }, async () => {
    const of = await createAuthenticator({ ...SITE, algorithm });
    const { assertion } = await of.assert(CHALLENGE);
    const accepted: string[] = [];
    for (const field of FIELDS) {
      const honest = expectOk(fromBase64url(assertion[field]));
      for (let bit = 0; bit < 8 * honest.length; bit++) {
        const flipped = honest.with(bit >> 3, (honest[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
        const mutated = { ...assertion, [field]: toBase64url(flipped) };
        if (await accepts(of, mutated)) accepted.push(`${field} ${bit}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(await accepts(of, assertion)).toBe(true);
  });

  it("are refused with any changed character", { timeout: 120_000 }, async () => {
    const of = await createAuthenticator({ ...SITE, algorithm });
    const { assertion } = await of.assert(CHALLENGE);
    const accepted: string[] = [];
    for (const field of ["id", ...FIELDS] as const) {
      const honest = assertion[field];
      for (let at = 0; at < honest.length; at++) {
        for (const character of ["A", "B", "-", "_", "+", "=", " ", "\u0000", "é", ""]) {
          const mutated = honest.slice(0, at) + character + honest.slice(at + 1);
          if (mutated !== honest && (await accepts(of, { ...assertion, [field]: mutated }))) {
            accepted.push(`${field} ${at} ${character}`);
          }
        }
      }
    }
    expect(accepted).toEqual([]);
    expect(await accepts(of, assertion)).toBe(true);
  });

  it(`are refused when damaged, in ${RUNS} ways`, { timeout: 300_000 }, async () => {
    const of = await createAuthenticator({ ...SITE, algorithm });
    const { assertion } = await of.assert(CHALLENGE);
    const damage = fc.constantFrom(...FIELDS).chain((field) =>
      damaged(expectOk(fromBase64url(assertion[field]))).map((bytes) => ({
        ...assertion,
        [field]: toBase64url(bytes),
      })),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (mutated) => {
        const untouched = FIELDS.every((field) => mutated[field] === assertion[field]);
        expect(await accepts(of, mutated)).toBe(untouched);
      }),
      { numRuns: RUNS },
    );
  });
});

describe(`${RUNS} inputs`, () => {
  const anyBytes = fc.uint8Array({ maxLength: 90 });

  it("never make the DER parser throw", { timeout: 120_000 }, () => {
    const raw = new Uint8Array(64).fill(0x90);
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(anyBytes, damaged(derFromRaw(raw))), (der) => {
        const result = rawFromDer(der);
        if (!result.ok) return;
        read++;
        expect(toHex(derFromRaw(result.value))).toBe(toHex(der));
      }),
      { numRuns: RUNS },
    );
    expect(read).toBeGreaterThan(RUNS / 100);
  });

  it("never make the CBOR and key parsers throw", { timeout: 120_000 }, async () => {
    const authenticators = ALGORITHMS.map((algorithm) => createAuthenticator({ ...SITE, algorithm }));
    const keys = (await Promise.all(authenticators)).map(({ credential }) => credential.publicKey);
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(anyBytes, ...keys.map(damaged)), (bytes) => {
        if (readCoseKey(bytes).ok) read++;
        const map = readCborMap(bytes);
        if (map.ok) expect(toHex(encodeCbor(map.value))).toBe(toHex(bytes));
      }),
      { numRuns: RUNS },
    );
    expect(read).toBeGreaterThan(RUNS / 100);
  });

  it("never make the verifier throw", { timeout: 300_000 }, async () => {
    const of = await createAuthenticator(SITE);
    const { assertion } = await of.assert(CHALLENGE);
    const json = fc.json({ maxDepth: 12 }).map((text) => toBase64url(new TextEncoder().encode(text)));
    const field = (honest: string) =>
      fc.oneof(fc.constant(honest), anyBytes.map(toBase64url), json, fc.string(), fc.anything());
    const assertions = fc.record({
      id: fc.oneof({ weight: 9, arbitrary: fc.constant(assertion.id) }, field(assertion.id)),
      clientDataJSON: field(assertion.clientDataJSON),
      authenticatorData: field(assertion.authenticatorData),
      signature: field(assertion.signature),
    });
    await fc.assert(
      fc.asyncProperty(assertions, async (attempt) => {
        const honest = (["id", ...FIELDS] as const).every((name) => attempt[name] === assertion[name]);
        expect(await accepts(of, attempt as Assertion)).toBe(honest);
      }),
      { numRuns: RUNS },
    );
  });
});
