import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64 } from "../../../src/core/encoding/bytes.ts";
import {
  CHECKPOINT_MAX_CHARACTERS,
  encodeCheckpoint,
  parseCheckpoint,
  parseDecimal,
} from "../../../src/core/tlog/checkpoint.ts";
import { EMPTY_ROOT } from "../../../src/core/tlog/merkle.ts";

// The example in the specification.
const TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
const EMPTY = toBase64(EMPTY_ROOT);

describe("a checkpoint", () => {
  it("is origin, size and root", () => {
    const checkpoint = parseCheckpoint(TEXT);
    expect(checkpoint).toMatchObject({
      ok: true,
      value: { origin: "example.com/behind-the-sofa", size: 20_852_163 },
    });
    if (checkpoint.ok) expect(encodeCheckpoint(checkpoint.value)).toBe(TEXT);
  });

  it.each([
    ["the empty tree", `a\n0\n${EMPTY}\n`],
    ["the largest tree", `a\n9007199254740991\n${ROOT}\n`],
    ["an origin with spaces, like Go's", `go.sum database tree\n1\n${ROOT}\n`],
    ["the longest origin", `${"o".repeat(255)}\n9007199254740991\n${ROOT}\n`],
  ])("may be of %s", (_name, text) => {
    const checkpoint = parseCheckpoint(text);
    expect(checkpoint.ok).toBe(true);
    if (checkpoint.ok) expect(encodeCheckpoint(checkpoint.value)).toBe(text);
  });

  it.each([
    ["nothing", ""],
    ["two lines", "a\n1\n"],
    ["no newline at the end", TEXT.trimEnd()],
    ["a blank line at the end", `${TEXT}\n`],
    ["a line of an extension", `${TEXT}extension\n`],
    ["text at the end", `${TEXT}x`],
    ["an empty origin", `\n1\n${ROOT}\n`],
    ["a tab in the origin", `a\tb\n1\n${ROOT}\n`],
    ["half a surrogate pair", `\ud800\n1\n${ROOT}\n`],
    ["a carriage return", `a\r\n1\n${ROOT}\n`],
    ["no size", `a\n\n${ROOT}\n`],
    ["a leading zero", `a\n01\n${ROOT}\n`],
    ["a sign", `a\n+1\n${ROOT}\n`],
    ["a negative size", `a\n-1\n${ROOT}\n`],
    ["a fraction", `a\n1.0\n${ROOT}\n`],
    ["an exponent", `a\n1e3\n${ROOT}\n`],
    ["a hexadecimal size", `a\n0x10\n${ROOT}\n`],
    ["a space before the size", `a\n 1\n${ROOT}\n`],
    ["other digits", `a\n١\n${ROOT}\n`],
    ["2^53", `a\n9007199254740992\n${ROOT}\n`],
    ["a very long size", `a\n${"1".repeat(CHECKPOINT_MAX_CHARACTERS)}\n${ROOT}\n`],
    ["one character more than the longest", `${"o".repeat(256)}\n9007199254740991\n${ROOT}\n`],
    ["a long origin", `${"o".repeat(CHECKPOINT_MAX_CHARACTERS)}\n1\n${ROOT}\n`],
    ["no root", "a\n1\n\n"],
    ["a short root", `a\n1\n${ROOT.slice(4)}\n`],
    ["a long root", `a\n1\nAAAA${ROOT}\n`],
    ["a root without padding", `a\n1\n${ROOT.slice(0, -1)}\n`],
    ["a root with non-zero padding bits", `a\n1\n${ROOT.replace("2I=", "2J=")}\n`],
    ["a root in base64url", `a\n1\n${ROOT.replace("/", "_")}\n`],
    ["the empty tree with another root", `a\n0\n${ROOT}\n`],
  ])("is refused: %s", (_name, text) => {
    expect(parseCheckpoint(TEXT).ok).toBe(true);
    expect(parseCheckpoint(text)).toMatchObject({ ok: false, refusal: { code: "checkpoint_malformed" } });
  });

  it("round trips", () => {
    const checkpoint = fc.record({
      origin: fc
        .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
        .filter((text) => !/[\0-\x1f]/.test(text)),
      size: fc.oneof(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.integer({ min: 1, max: 300 })),
      root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes)),
    });
    fc.assert(
      fc.property(checkpoint, (each) => {
        expect(parseCheckpoint(encodeCheckpoint(each))).toEqual({ ok: true, value: each });
      }),
    );
  });

  it("has exactly one text", () => {
    const pieces = fc.constantFrom("\n", "a", "0", "1", "12", ROOT, EMPTY, "=", " ");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        const checkpoint = parseCheckpoint(text);
        if (checkpoint.ok) expect(encodeCheckpoint(checkpoint.value)).toBe(text);
      }),
      { numRuns: 1000, examples: [[["a", "\n", "12", "\n", ROOT, "\n"]]] },
    );
  });

  it.each([
    ["a newline in the origin", { origin: "a\nb" }],
    ["no origin", { origin: "" }],
    ["half a size", { size: 0.5 }],
    ["a size beyond exact numbers", { size: 2 ** 53 }],
    ["a negative size", { size: -1 }],
    ["a short root", { root: EMPTY_ROOT.slice(1) }],
  ])("cannot be encoded with %s", (_name, change) => {
    const good = { origin: "a", size: 0, root: EMPTY_ROOT };
    expect(encodeCheckpoint(good)).toBe(`a\n0\n${EMPTY}\n`);
    expect(() => encodeCheckpoint({ ...good, ...change })).toThrow(/checkpoint_malformed/);
  });
});

it("a whole number has exactly one text", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => parseDecimal(String(value)) === value));
  for (const text of [
    "",
    "00",
    "-0",
    " 0",
    "0 ",
    "0\n",
    "1_0",
    "9007199254740992",
    "99999999999999999999",
    "NaN",
  ]) {
    expect(parseDecimal(text)).toBeUndefined();
  }
});
