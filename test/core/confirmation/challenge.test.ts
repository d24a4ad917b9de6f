import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromHex, owned, toHex, utf8, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { challengeOf, comparisonCode, groupedCode } from "../../../src/core/confirmation/challenge.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(owned);

async function platformSha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

describe("a challenge", () => {
  it("is the nonce followed by the payload's hash", () => {
    const challenge = challengeOf(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
    expect(toHex(challenge)).toBe("01".repeat(32) + "02".repeat(32));
  });

  it("consists of the two hashes, in 64 bytes", () => {
    fc.assert(
      fc.property(anyHash, anyHash, (nonce, payloadHash) => {
        const challenge = challengeOf(nonce, payloadHash);
        expect(challenge.length).toBe(64);
        expect([challenge.slice(0, 32), challenge.slice(32)]).toEqual([nonce, payloadHash]);
      }),
    );
  });

  it.each([
    [31, 32],
    [32, 33],
    [0, 64],
    [64, 0],
  ])("refuses hashes of %d and %d bytes", (nonce, payloadHash) => {
    expect(() => challengeOf(new Uint8Array(32), new Uint8Array(32))).not.toThrow();
    expect(() => challengeOf(new Uint8Array(nonce), new Uint8Array(payloadHash))).toThrow(RangeError);
  });

  it("does not change if its inputs change later", () => {
    const nonce = new Uint8Array(32);
    const challenge = challengeOf(nonce, new Uint8Array(32));
    nonce.fill(9);
    expect(challenge).toEqual(new Uint8Array(64));
  });
});

describe("a comparison code", () => {
  const action = "Pay 12.50 EUR to Müller";
  const payloadHash = expectOk(fromHex("5a79e64492df293fd6ec7d23964461660c9a17fa966cf7f2eb3a5bb447122bd2"));

  it("has a fixed example", async () => {
    expect(toHex(await platformSha256(utf8('{"amount":12.5,"currency":"EUR","to":"Müller"}')))).toBe(
      toHex(payloadHash),
    );
    expect(comparisonCode("cnf_1", payloadHash, action)).toBe("a84da2e8");
    expect(groupedCode("a84da2e8")).toBe("a84d a2e8");
  });

  it("is the start of the hash of tag, confirmation, payload and action", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(text, anyHash, text, async (confirmation, hash, words) => {
        const tagged = utf8(`countersign/code/v1\0${confirmation}`);
        const digest = await platformSha256(concat(tagged, hash, await platformSha256(utf8(words))));
        expect(comparisonCode(confirmation, hash, words)).toBe(toHex(digest).slice(0, 8));
      }),
    );
  });

  it.each([
    ["the confirmation", "cnf_2", payloadHash, action],
    ["the payload", "cnf_1", new Uint8Array(32), action],
    ["the action", "cnf_1", payloadHash, `${action} `],
  ])("changes with %s", (_, confirmation, hash, words) => {
    expect(comparisonCode(confirmation, hash, words)).not.toBe("a84da2e8");
  });
});
