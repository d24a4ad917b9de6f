import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import { drawText } from "../../src/core/display/text/segments.ts";
import { linesOf, hostilePayload, hostileText } from "../support/display-reader.ts";
import { installDocument, type DrawnElement } from "../support/drawn-document.ts";
import { plainTexts, readFields } from "../support/drawn-reader.ts";
import { drawFields } from "../../web/values/fields.ts";

// What the pages draw by default, before anyone asks for exact names and kinds.

const PROPERTY_MAX_MILLISECONDS = 30_000;

installDocument();
const draw = (payload: JsonObject) => drawFields(linesOf(payload)) as unknown as DrawnElement;
const readBack = (payload: JsonObject) => canonicalText(readFields(draw(payload)));

// Each row holds payloads that a careless drawing would make look the same.
const LOOK_ALIKE: readonly (readonly JsonObject[])[] = [
  [{ amount_usd: 1 }, { "Amount Usd": 1 }, { amountUsd: 1 }, { Amount_usd: 1 }, { "amount-usd": 1 }],
  [{ a_: 1 }, { _a: 1 }, { a__b: 1 }, { a_b: 1 }, { a_2: 1 }, { a2: 1 }, { "2": 1 }],
  [{ "": 1 }, { "(empty name)": 1 }, { '""': 1 }],
  [{ a: 1 }, { a: "1" }, { a: "+1" }, { a: "1.0" }, { a: "1e0" }, { a: "1 " }],
  [{ a: 12345 }, { a: "12345" }, { a: "12 345" }, { a: "12,345" }, { a: "12\u00a0345" }],
  [{ a: null }, { a: "null" }, { a: "NULL" }, { a: true }, { a: "true" }, { a: "" }, { a: "empty text" }],
  [{ a: [] }, { a: {} }, { a: "[]" }, { a: "{}" }, { a: "empty list" }, { a: "0 items" }, { a: [""] }],
  [{ a: ["x"] }, { a: { item_1: "x" } }, { a: { "0": "x" } }, { a: "1 item" }],
  [{ a: { b: 1 } }, { a: {}, b: 1 }, { a: "1 field", b: 1 }],
  [
    { a: "x\ny" },
    { a: "x\r\ny" },
    { a: "x\n\ny" },
    { a: "x\ny\n" },
    { a: "x\n\ry" },
    { a: "x y" },
    { a: "\nx\ny" },
  ],
  [{ a: "x\r\ny\r\n" }, { a: "x\r\ny\n" }, { a: "x\r\ny\r\n\r" }, { a: "x\ny\r\n" }],
  [{ a: "x\t\ny" }, { a: "x \ny" }, { a: "x\ny " }, { a: "x →\ny" }, { a: "x·\ny" }],
  [
    { a: "2026-11-27T10:00:00Z" },
    { a: "2026-11-27T11:00:00+01:00" },
    { a: "2026-11-27T10:00:00Z Fri, 27 Nov" },
  ],
  [{ a: "👩‍💻" }, { a: "👩💻" }, { a: "👩\u200d💻\u200d" }, { a: "❤" }, { a: "❤\ufe0f" }, { a: "❤\ufe0e" }],
  [{ a: "England 🏴󠁧󠁢󠁥󠁮󠁧󠁿" }, { a: "England 🏴󠁧󠁢󠁷󠁬󠁳󠁿" }, { a: "England 🏴" }, { a: "England 🏴gbeng" }],
];

describe("payloads of different bytes are drawn differently", () => {
  it.each(LOOK_ALIKE.map((payloads) => [payloads.map(canonicalText).join(" | "), payloads] as const))(
    "%s",
    (_, payloads) => {
      for (const payload of payloads) expect(readBack(payload)).toBe(canonicalText(payload));
    },
  );

  it("because what is drawn can be read back", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    fc.assert(
      fc.property(hostilePayload, (payload) => {
        expect(readBack(payload)).toBe(canonicalText(payload));
      }),
      { numRuns: 1_000 },
    );
  });

  it("also if a text is long and has many lines", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    const line = fc
      .tuple(hostileText, fc.nat(200))
      .map(([text, count]) => text.repeat(count).slice(0, 1_500));
    const end = fc.constantFrom("\n", "\r\n", "\n\n", " \n", "");
    const long = fc
      .array(fc.tuple(line, end), { maxLength: 30 })
      .map((lines) => lines.flat().join("").toWellFormed());
    fc.assert(
      fc.property(long, (text) => {
        expect(readBack({ memo: text })).toBe(canonicalText({ memo: text }));
      }),
      { numRuns: 100 },
    );
  });

  it("and no character is drawn without a look of its own", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    const hidden =
      /(?![ \u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
    fc.assert(
      fc.property(hostilePayload, (payload) => {
        expect(plainTexts(draw(payload)).join("")).not.toMatch(hidden);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a number", () => {
  it.each([
    [4200, "4200"],
    [42000, "42 000"],
    [-1234567.8912, "-1 234 567.8912"],
    [1e-7, "1e-7"],
    [2 ** 53 - 1, "9 007 199 254 740 991"],
  ])("%d is drawn as %s, without characters between the groups", (number, grouped) => {
    const value = draw({ number }).find("number");
    const spans = (value?.elements[0]?.children ?? []).map((child) =>
      typeof child === "string" ? child : (child.is("group") ? " " : "") + child.textContent,
    );
    expect(spans.join("")).toBe(grouped);
    expect(value?.textContent).toBe(String(number));
  });
});

describe("a line that a template formatted", () => {
  it("is drawn formatted, with its exact value beside it", () => {
    const [line] = linesOf({ amount: 42000 });
    const drawn = drawFields(line ? [{ ...line, formatted: drawText("$42,000.00"), prominent: true }] : []);
    const fields = drawn as unknown as DrawnElement;
    expect(fields.find("prominent")?.find("formatted")?.textContent).toBe("$42,000.00");
    expect(readFields(fields)).toEqual({ amount: 42000 });
  });
});

describe("an address", () => {
  it.each([
    ["https://user@evil.example:8443/a", "evil.example"],
    ["https://a@b@evil.example", "evil.example"],
    ["http://[::1]:8080/", "[::1]"],
    ["https://bücher.example/", "bücher.example"],
    // Programs lead these elsewhere than they read, or some do: the warnings say where.
    ["http://0x7f.1/", undefined],
    ["foo://good.example\\@evil.example/", undefined],
    ["https://evil.example/\u202egnp", undefined],
    ["https://שלום.example/", undefined],
    ["see https://example.com", undefined],
  ])("%s has its host emphasised: %s", (url, host) => {
    expect(draw({ url }).find("host")?.textContent).toBe(host);
    expect(readBack({ url })).toBe(canonicalText({ url }));
  });
});
