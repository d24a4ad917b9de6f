import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  API_KEY_RANDOM_BYTES,
  crc32,
  makeApiKey,
  parseApiKey,
  redactApiKey,
} from "../../../src/core/confirmation/api-key.ts";
import type { ProjectMode } from "../../../src/core/confirmation/project-mode.ts";
import { owned, toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { accept, type Result } from "../../../src/core/refusal.ts";

const REF = "0a1B2c3D";
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const anyMode = fc.constantFrom<ProjectMode>("live", "test");
const anyRandom = fc.uint8Array({ minLength: API_KEY_RANDOM_BYTES, maxLength: API_KEY_RANDOM_BYTES + 8 });

function codeOf(result: Result<unknown>): string {
  return result.ok ? "accepted" : result.refusal.code;
}

/** These bytes first, then zeros. */
function random(...bytes: readonly number[]): Uint8Array {
  const supply = new Uint8Array(API_KEY_RANDOM_BYTES);
  supply.set(bytes);
  return supply;
}

/** Ascending bytes from `first` on. */
function rising(first: number): Uint8Array {
  return random(...Array.from({ length: 30 }, (_, index) => first + index));
}

describe("CRC-32", () => {
  it.each([
    ["", "00000000"],
    ["123456789", "cbf43926"],
    ["a", "e8b7be43"],
    ["The quick brown fox jumps over the lazy dog", "414fa339"],
  ])("of %j", (text, hex) => {
    expect(crc32(utf8(text)).toString(16).padStart(8, "0")).toBe(hex);
  });
});

describe("API keys computed elsewhere", () => {
  // Computed with zlib and another SHA-256.
  it.each<[mode: ProjectMode, random: Uint8Array, key: string, hash: string]>([
    [
      "live",
      rising(0),
      "cs_live_0a1B2c3D_0123456789ABCDEFGHIJKLMNOPQRST2z34ws",
      "6a6dc29f0d89901e6303baa9d73df4ac5ed94134c8bfbd9eedb4a822c47fd6f3",
    ],
    [
      "test",
      rising(62),
      "cs_test_0a1B2c3D_0123456789ABCDEFGHIJKLMNOPQRST2cexGs",
      "7a819f8a5744a2da659e8d7c7f558e79be670ded1d21722e9807ca974b0fcf0f",
    ],
    [
      "live",
      rising(3 * 62 + 32),
      "cs_live_0a1B2c3D_WXYZabcdefghijklmnopqrstuvwxyz38LTQv",
      "0a4f03a7ca7376d0f68f997477ddc19c13b47c2ddc4269b2ea55f9d8aca93740",
    ],
    [
      "test",
      random(),
      "cs_test_0a1B2c3D_00000000000000000000000000000009Wmtj",
      "531b3658147efca98f0d4f71c782eae44ef49e47eb1d90550c8e4b9232661aeb",
    ],
    [
      "live",
      random(...new Uint8Array(28), 1, 9),
      "cs_live_0a1B2c3D_0000000000000000000000000000191GSx8c",
      "e2276935d1916d733d2aa3d5428a5dee91f19cce8d523a8f2c7ead683e7de3e8",
    ],
  ])("%s %#", (mode, bytes, key, hash) => {
    expect(makeApiKey(mode, REF, bytes)).toBe(key);
    expect(parseApiKey(key)).toEqual(accept({ mode, ref: REF, hash }));
  });
});

describe("making", () => {
  it("skips the bytes that would make some characters more likely", () => {
    const useless = [248, 249, 250, 251, 252, 253, 254, 255];
    const mixed = random(...useless, 1, ...useless, 247, ...useless, 2);
    expect(makeApiKey("live", REF, mixed).slice(17, 21)).toBe("1z20");
    expect(makeApiKey("live", REF, mixed)).toBe(makeApiKey("live", REF, random(1, 247, 2)));
  });

  it("maps the same number of bytes to each character", () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      const [first = ""] = makeApiKey("live", REF, random(byte, 61)).slice(17);
      // After a skipped byte, the next one (61, which is z) gives the first character.
      if (byte < 248) counts.set(first, (counts.get(first) ?? 0) + 1);
      else expect(first).toBe("z");
    }
    expect([...counts.keys()].toSorted().join("")).toBe(BASE62);
    expect(new Set(counts.values())).toEqual(new Set([4]));
  });

  it("needs 64 bytes, 30 of them usable", () => {
    const useless = new Uint8Array(API_KEY_RANDOM_BYTES).fill(255);
    const enough = useless.slice().fill(7, 34);
    const short = useless.slice().fill(7, 35);
    expect(makeApiKey("live", REF, enough)).toMatch(/^cs_live_0a1B2c3D_7{30}/);
    expect(() => makeApiKey("live", REF, short)).toThrow("not random");
    expect(() => makeApiKey("live", REF, useless)).toThrow("not random");
    expect(() => makeApiKey("live", REF, new Uint8Array(63))).toThrow("64 random bytes");
  });

  it("takes the ref of a tenant, and nothing else", () => {
    for (const wrong of ["", "0a1B2c3", "0a1B2c3D4", "0a1B2c3_"])
      expect(() => makeApiKey("live", wrong, random())).toThrow("the ref of its tenant");
  });

  it("depends on every character of the secret", () => {
    fc.assert(
      fc.property(fc.nat(29), fc.integer({ min: 1, max: 61 }), (place, other) => {
        const changed = random();
        changed[place] = other;
        expect(makeApiKey("live", REF, changed)).not.toBe(makeApiKey("live", REF, random()));
      }),
    );
  });
});

describe("parsing", () => {
  const key = "cs_live_0a1B2c3D_0123456789ABCDEFGHIJKLMNOPQRST2z34ws";
  it.each([
    ["nothing", ""],
    ["the prefix alone", "cs_live_"],
    ["the ref alone", "cs_live_0a1B2c3D"],
    ["another mode with the old checksum", key.replace("live", "test")],
    ["an unknown mode", key.replace("live", "prod")],
    ["an inherited mode", key.replace("live", "constructor")],
    ["no prefix", key.slice(8)],
    ["a prefix in capitals", key.replace("cs", "CS")],
    ["another tenant's ref with the old checksum", key.replace("0a1B2c3D", "1a1B2c3D")],
    ["a short ref", key.replace("0a1B2c3D", "0a1B2c3")],
    ["no ref", key.replace("0a1B2c3D_", "")],
    ["a wrong character", key.replace("A", "B")],
    ["two characters exchanged", key.replace("AB", "BA")],
    ["another case", key.replace("K", "k")],
    ["a character too few", key.slice(0, -1)],
    ["a character too many", `${key}0`],
    ["a wrong checksum", key.replace("2z34ws", "2z34wA")],
    ["a checksum beyond 32 bits", key.replace("2z34ws", "zzzzzz")],
    ["a space at the start", ` ${key}`],
    ["a line end at the end", `${key}\n`],
    ["a second line", `${key}\n${key}`],
    ["a character outside the alphabet", key.replace("0", "-")],
    ["a digit of another script", key.replace("0", "٠")],
    ["a letter that looks the same", key.replace("A", "А")],
    ["only the checksum", key.replace("2z34ws", "")],
    ["a million characters", key.repeat(25_000)],
  ])("refuses %s", (_, wrong) => {
    expect(codeOf(parseApiKey(key))).toBe("accepted");
    expect(codeOf(parseApiKey(wrong))).toBe("api_key_malformed");
  });

  it("never repeats a refused key in the error", () => {
    const refused = parseApiKey(key.replace("A", "B"));
    expect(JSON.stringify(refused)).not.toMatch(/cs_|0123|0a1B/);
  });

  it("parses every generated key, with the platform's SHA-256 of it", async () => {
    await fc.assert(
      fc.asyncProperty(anyMode, anyRandom, async (mode, bytes) => {
        const key = makeApiKey(mode, REF, bytes);
        expect(key).toMatch(/^cs_(live|test)_0a1B2c3D_[0-9A-Za-z]{36}$/);
        const hash = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", owned(utf8(key)))));
        expect(parseApiKey(key)).toEqual(accept({ mode, ref: REF, hash }));
      }),
    );
  });

  it("refuses every key with one or two characters changed", () => {
    const character = fc.constantFrom(...BASE62.split(""));
    fc.assert(
      fc.property(
        anyRandom,
        fc.nat(35),
        character,
        fc.nat(35),
        character,
        (bytes, first, one, second, two) => {
          const key = makeApiKey("live", REF, bytes);
          const letters = key.split("");
          letters[17 + first] = one;
          letters[17 + second] = two;
          const changed = letters.join("");
          expect(codeOf(parseApiKey(changed))).toBe(changed === key ? "accepted" : "api_key_malformed");
        },
      ),
      { numRuns: 500 },
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), (text) => {
        expect(codeOf(parseApiKey(text))).toBe("api_key_malformed");
        expect(codeOf(parseApiKey(`cs_live_${text}`))).toBe("api_key_malformed");
      }),
    );
  });
});

describe("redacting", () => {
  it.each([
    ["a live key", "cs_live_0a1B2c3D_0123456789ABCDEFGHIJKLMNOPQRST2z34ws", "cs_live_0a1B2c3D_0123…"],
    ["a test key", "cs_test_0a1B2c3D_00000000000000000000000000000009Wmtj", "cs_test_0a1B2c3D_0000…"],
    ["nothing of another kind of secret", "correct horse battery staple", "…"],
    ["nothing of a key inside other text", "key: cs_live_0a1B2c3D_0123456789ABCDEFGHIJKLMNOPQRST2z34ws", "…"],
    ["nothing of an empty text", "", "…"],
  ])("%s", (_, text, shown) => {
    expect(redactApiKey(text)).toBe(shown);
  });
});
