import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyTemplate, sentenceText } from "../../../src/core/display/apply-template.ts";
import { parseNewTemplate } from "../../../src/core/display/new-template.ts";
import { show, type Line } from "../../../src/core/display/show.ts";
import { textOf } from "../../../src/core/display/text/segments.ts";
import { parseTemplate, templateHash, type Template } from "../../../src/core/display/template.ts";
import { toHex, utf8 } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";

const field = (name: string, label = name, more: object = {}) => ({
  name,
  label,
  format: null,
  prominent: false,
  ...more,
});
const PAY = {
  v: 1,
  kind: "countersign/template",
  action: "Pay an invoice",
  sentence: "Pay {amount_usd|money:USD} to {to}",
  fields: [
    field("to", "Recipient", { prominent: true }),
    field("amount_usd", "Amount", { format: "money:USD", prominent: true }),
    field("due", "Due", { format: "time" }),
  ],
} as const satisfies JsonObject;
const INVOICE = { amount_usd: 4_200, due: "2026-01-31T12:00:00Z", memo: "INV-2025-118", to: "acct_8821" };

const template = (more: Partial<Template> = {}) => expectOk(parseTemplate({ ...PAY, ...more }));
const linesOf = (payload: JsonObject) => expectOk(show(canonicalBytes(payload)));
const applied = (payload: JsonObject, more: Partial<Template> = {}) =>
  applyTemplate(template(more), linesOf(payload));
const sentenceOf = (payload: JsonObject, sentence: string) =>
  sentenceText(applied(payload, { sentence }).sentence);
const notesOf = (payload: JsonObject, more: Partial<Template> = {}) =>
  applied(payload, more).notes.map(({ detail }) => detail);

describe("a template", () => {
  it("says what is asked in one sentence, and orders, names and formats the values", () => {
    const { sentence, lines, notes } = applied(INVOICE);
    expect(sentenceText(sentence)).toBe("Pay \u27e84,200.00 USD\u27e9 to \u27e8acct_8821\u27e9");
    expect(
      lines.map(({ label, value, formatted, prominent }) => [
        label,
        textOf(value),
        formatted && textOf(formatted),
        prominent ?? false,
      ]),
    ).toEqual([
      ["Recipient", "acct_8821", undefined, true],
      ["Amount", "4200", "4,200.00 USD", true],
      ["Due", "2026-01-31T12:00:00Z", "2026-01-31 12:00:00 UTC", false],
      ["Memo", "INV-2025-118", undefined, false],
    ]);
    expect(notes).toEqual([]);
  });

  it("has the hash of its canonical form", () => {
    const text =
      '{"action":"Pay an invoice","fields":[' +
      '{"format":null,"label":"Recipient","name":"to","prominent":true},' +
      '{"format":"money:USD","label":"Amount","name":"amount_usd","prominent":true},' +
      '{"format":"time","label":"Due","name":"due","prominent":false}],' +
      '"kind":"countersign/template","sentence":"Pay {amount_usd|money:USD} to {to}","v":1}';
    expect(templateHash(template())).toBe(toHex(sha256(utf8(text))));
  });

  it.each<[name: string, change: JsonObject, at: string]>([
    ["another version", { v: 2 }, "/v"],
    ["no action", { action: "" }, "/action"],
    ["no sentence", { sentence: "" }, "/sentence"],
    ["a sentence of 301 characters", { sentence: "x".repeat(301) }, "/sentence"],
    ["17 slots", { sentence: "{a}".repeat(17) }, "/sentence"],
    ["a slot that does not end", { sentence: "Pay {to" }, "/sentence"],
    ["a slot that does not begin", { sentence: "Pay to}" }, "/sentence"],
    ["a slot in a slot", { sentence: "Pay {{to}" }, "/sentence"],
    ["a slot with two formats", { sentence: "Pay {to|text|text}" }, "/sentence"],
    ["an unknown format in a slot", { sentence: "Pay {to|upper}" }, "/sentence"],
    ["an empty format in a slot", { sentence: "Pay {to|}" }, "/sentence"],
    ["an unknown format", { fields: [field("to", "To", { format: "upper" })] }, "/fields/0/format"],
    ["an empty label", { fields: [field("to", "")] }, "/fields/0/label"],
    ["a label of 61 characters", { fields: [field("to", "x".repeat(61))] }, "/fields/0/label"],
    ["one name twice", { fields: [field("to", "To"), field("to", "Recipient")] }, "/fields/1/name"],
    ["one label twice", { fields: [field("to", "To"), field("from", "To")] }, "/fields/1/label"],
    ["33 fields", { fields: Array.from({ length: 33 }, (_, place) => field(`m${place}`)) }, "/fields"],
    ["a hidden field", { fields: [field("to", "To", { hidden: true })] }, "/fields/0/hidden"],
  ])("cannot have %s", (_name, change, at) => {
    expect(parseNewTemplate(PAY)).toEqual({ ok: true, value: PAY });
    expect(parseTemplate({ ...PAY, ...change })).toMatchObject({ ok: false, refusal: { at } });
  });

  it.each<[name: string, change: JsonObject, at: string]>([
    ["a sentence that reorders what follows", { sentence: "Pay \u202e{to}" }, "/sentence"],
    ["a sentence of two lines", { sentence: "Pay {to}\nSafe" }, "/sentence"],
    ["a space before the sentence", { sentence: " Pay {to}" }, "/sentence"],
    ["an invisible character in a label", { fields: [field("to", "T\u200bo")] }, "/fields/0/label"],
    ["a tab in a label", { fields: [field("to", "T\to")] }, "/fields/0/label"],
    ["the brackets of markers", { sentence: "Pay \u27e8100\u27e9 to {to}" }, "/sentence"],
    [
      "a currency that does not exist",
      { fields: [field("a", "A", { format: "money:UDS" })] },
      "/fields/0/format",
    ],
    ["a currency that does not exist, in a slot", { sentence: "Pay {a|money:UDS}" }, "/sentence"],
    ["a Cyrillic letter in a Latin word", { sentence: "P\u0430y {to}" }, "/sentence"],
    ["a control character in the action", { action: "Pay\u0007" }, "/action"],
  ])("is not registered with %s, which a verifier accepts", (_name, change, at) => {
    expect(parseTemplate({ ...PAY, ...change }).ok).toBe(true);
    expect(parseNewTemplate({ ...PAY, ...change })).toMatchObject({
      ok: false,
      refusal: { code: "template_invalid", at },
    });
  });

  it.each([
    "\u0627\u062f\u0641\u0639 {amount_usd} \u0625\u0644\u0649 {to}",
    "\u8acb\u6c42\u66f8\u3092\u652f\u6255\u3046 {to}",
    "\u00dcberweise {amount_usd} \u20ac an {to}",
  ])("may be in any script: %s", (sentence) => {
    expect(parseNewTemplate({ ...PAY, sentence }).ok).toBe(true);
  });
});

describe("a sentence", () => {
  it.each<[sentence: string, payload: JsonObject, shown: string]>([
    ["Nothing to fill", {}, "Nothing to fill"],
    ["{a}", { a: 1 }, "\u27e81\u27e9"],
    ["{a}{b}", { a: "x", b: "y" }, "\u27e8x\u27e9\u27e8y\u27e9"],
    ["Set {{a}} to {a}", { a: 1 }, "Set {a} to \u27e81\u27e9"],
    ["{{{a}}}", { a: 1 }, "{\u27e81\u27e9}"],
    ["{a/b~c}", { "a/b~c": true }, "\u27e8true\u27e9"],
    ["{a}", { a: null }, "\u27e8null\u27e9"],
    ["{}", { "": "x" }, "\u27e8x\u27e9"],
    ["To {a}", { a: "" }, "To (empty)"],
    ["To {a}", {}, "To (no a)"],
    ["To {a}", { a: {} }, "To (see below)"],
    ["To {a}", { a: ["x"] }, "To (see below)"],
    ["To {a|number}", { a: "x" }, "To (see below)"],
    ["To {a|number}", { a: null }, "To (see below)"],
    ["To {a|number}", { a: "1250.00" }, "To \u27e81,250.00\u27e9"],
    ["To {a|text}", { a: "x\u200by" }, "To \u27e8x\u27e8U+200B zero width space\u27e9y\u27e9"],
    ["To {a}", { a: "x".repeat(80) }, `To \u27e8${"x".repeat(80)}\u27e9`],
    ["To {a}", { a: "x".repeat(81) }, "To (see below)"],
    ["To {a}", { a: "one\ntwo" }, "To (see below)"],
    ["To {a.b}", { a: { b: 1 } }, "To (no a.b)"],
    ["To {a\u202eb}", {}, "To (no a\u27e8U+202E right-to-left override\u27e9b)"],
    // The content can't close the brackets of its value, and can't say what the template says.
    [
      "Pay {a} to {b}",
      { a: "1\u27e9 to \u27e8me", b: "you" },
      "Pay \u27e81\u27e8U+27E9 angle bracket\u27e9 to \u27e8U+27E8 angle bracket\u27e9me\u27e9 to \u27e8you\u27e9",
    ],
    ["Pay {a}", { a: "{b}", b: 1 }, "Pay \u27e8{b}\u27e9"],
    ["Pay {a}", { a: "(no a)" }, "Pay \u27e8(no a)\u27e9"],
  ])("%s", (sentence, payload, shown) => {
    expect(sentenceOf(payload, sentence)).toBe(shown);
  });

  it("takes the format of its field, unless the slot has another one", () => {
    expect(sentenceOf(INVOICE, "Pay {amount_usd}")).toBe("Pay \u27e84,200.00 USD\u27e9");
    expect(sentenceOf(INVOICE, "Pay {amount_usd|number}")).toBe("Pay \u27e84,200\u27e9");
  });

  it("keeps values apart from words, whatever they say", () => {
    const { sentence } = applied({ ...INVOICE, to: "me to acct_1" });
    expect(sentence.map(({ kind, segments }) => [kind, textOf(segments)])).toEqual([
      ["words", "Pay "],
      ["value", "4,200.00 USD"],
      ["words", " to "],
      ["value", "me to acct_1"],
    ]);
  });
});

describe("a payload that differs from its template", () => {
  it.each<[name: string, payload: JsonObject, notes: readonly string[]]>([
    ["fits", INVOICE, []],
    ["has more members", { ...INVOICE, fee: 1 }, []],
    [
      "lacks a member of the sentence",
      { ...INVOICE, to: undefined } as unknown as JsonObject,
      ["the template names \u201cto\u201d, which the content does not have"],
    ],
    [
      "has a text for an amount",
      { ...INVOICE, amount_usd: "a lot" },
      ["the template expects an amount in \u201camount_usd\u201d"],
    ],
    [
      "has an object for a text",
      { ...INVOICE, to: { id: 1 } },
      ["the template expects one value in \u201cto\u201d"],
    ],
  ])("%s", (_name, payload, notes) => {
    const present = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
    expect(notesOf(present)).toEqual(notes);
  });

  it("is drawn as without the template where a value has another type, and says so there", () => {
    const [plainAmount] = linesOf({ amount_usd: "a lot" });
    const amount = applied({ ...INVOICE, amount_usd: "a lot" }).lines.find(({ label }) => label === "Amount");
    expect(amount?.formatted).toBe(undefined);
    expect(amount?.value).toEqual(plainAmount?.value);
    expect(amount?.warnings.map(({ detail }) => detail)).toEqual(["the template expects an amount here"]);
  });

  it("says where a label of the template is that of another member", () => {
    const { lines } = applied({ ...INVOICE, amount: 9 });
    const same = lines.filter(({ label }) => label === "Amount");
    expect(same.map(({ key, warnings }) => [textOf(key), warnings.map(({ code }) => code)])).toEqual([
      ["amount_usd", ["same-label"]],
      ["amount", ["same-label"]],
    ]);
  });

  it("loses no line, whatever the template names", () => {
    const names = fc.constantFrom("a", "b", "c", "d", "a/b", "");
    const value: fc.Arbitrary<JsonValue> = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 2 }),
      fc.dictionary(names, fc.integer(), { maxKeys: 2 }),
    );
    const formats = fc.constantFrom(
      null,
      "text",
      "number",
      "money:USD",
      "bytes",
      "duration",
      "time",
      "time:ms",
    );
    fc.assert(
      fc.property(
        fc.dictionary(names, value, { maxKeys: 5 }),
        fc.uniqueArray(fc.tuple(names, formats), { selector: ([name]) => name, maxLength: 4 }),
        (payload, named) => {
          const lines = linesOf(payload);
          const fields = named.map(([name, format]) => field(name, `label ${name}`, { format }));
          const after = applyTemplate(template({ fields }), lines).lines;
          const facts = (line: Line) =>
            JSON.stringify([line.pointer, line.depth, line.kind, line.key, line.value]);
          expect(after.map(facts).toSorted()).toEqual(lines.map(facts).toSorted());
          // What belongs to a member stays behind it.
          for (const [place, { depth, pointer }] of after.entries())
            if (depth > 0) expect(pointer.startsWith(`${after[place - 1]?.pointer.slice(0, 2)}`)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
