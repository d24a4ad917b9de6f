import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MAX_NODES,
  type JsonObject,
  type JsonValue,
} from "../../../src/core/encoding/strict-json.ts";
import { drawText, textOf } from "../../../src/core/display/text/segments.ts";
import { show, textWarnings } from "../../../src/core/display/show.ts";
import {
  draw,
  hostilePayload,
  hostileText,
  hostileValue,
  linesOf,
  readDrawn,
  readLines,
} from "../../support/display-reader.ts";

/** Hundreds of payloads take a second on an idle core, and more on a busy machine. */
const PROPERTY_MAX_MILLISECONDS = 30_000;

describe("a payload", () => {
  it("is shown in the order of its bytes, each value on its own row", () => {
    const payload = {
      amount_usd: 1250.5,
      approved: false,
      to: { name: "Ann", tags: ["a", { deep: null }], "10": 1, "9": 2 },
      memo: "two\nlines",
      parent: null,
      nothing: [{}, [], ""],
    };
    expect(draw(payload)).toBe(
      [
        'Amount Usd ["amount_usd"] number: 1250.5',
        'Approved ["approved"] true or false: false',
        'Memo ["memo"] text: "two⟨U+000A line feed⟩lines"',
        'Nothing ["nothing"] list: 3 items',
        "  Item 1 [0] empty object",
        "  Item 2 [1] empty list",
        "  Item 3 [2] empty text",
        'Parent ["parent"] nothing: null',
        'To ["to"] object: 4 fields',
        '  10 ["10"] number: 1',
        '  9 ["9"] number: 2',
        '  Name ["name"] text: "Ann"',
        '  Tags ["tags"] list: 2 items',
        '    Item 1 [0] text: "a"',
        "    Item 2 [1] object: 1 field",
        '      Deep ["deep"] nothing: null',
      ].join("\n"),
    );
  });

  it("gives each line its JSON Pointer and depth", () => {
    const lines = linesOf({ "a/b": [{ "m~n": 1 }], c: 2 });
    expect(lines.map(({ pointer, depth, item }) => [pointer, depth, item])).toEqual([
      ["/a~1b", 0, false],
      ["/a~1b/0", 1, true],
      ["/a~1b/0/m~0n", 2, false],
      ["/c", 0, false],
    ]);
  });

  it("has no lines when it is empty", () => {
    expect(linesOf({})).toEqual([]);
  });

  it.each([
    ['{"a":1}', undefined],
    ['{"a": 1}', "json_not_canonical"],
    ['{"a":1.0}', "json_not_canonical"],
    ['{"b":1,"a":1}', "json_not_canonical"],
    ['{"\\u0061":1}', "json_not_canonical"],
    ['{"a":1}\n', "json_not_canonical"],
    ['{"a":1,"a":1}', "json_duplicate_name"],
    ["[1]", "json_not_an_object"],
    ["", "json_syntax"],
    ['\ufeff{"a":1}', "json_byte_order_mark"],
  ])("%j is refused with %s", (text, code) => {
    const shown = show(utf8(text));
    expect(shown.ok ? undefined : shown.refusal.code).toBe(code);
  });
});

describe("the order of the outermost members", () => {
  // In sorted order: 10, 9, Z, a.
  const payload = utf8('{"10":{"x":2,"y":1},"9":0,"Z":0,"a":0}');
  const keysOf = (order: readonly number[]) => {
    const shown = show(payload, order);
    return shown.ok ? shown.value.map(({ key }) => textOf(key)).join(" ") : shown.refusal.code;
  };

  it.each<[string, readonly number[], string]>([
    ["is sorted without a request", [], "10 x y 9 Z a"],
    ["starts with the members that are asked for", [3, 0], "a 10 x y 9 Z"],
    ["can be asked for all of them", [3, 2, 1, 0], "a Z 9 10 x y"],
    ["is refused with a repeated position", [1, 1], "order_invalid"],
    ["is refused with a position that does not exist", [0, 4], "order_invalid"],
    ["is refused with a negative position", [-1], "order_invalid"],
    ["is refused with half a position", [0.5], "order_invalid"],
  ])("%s", (_name, order, expected) => expect(keysOf(order)).toBe(expected));

  it("is refused with more than 64 positions", () => {
    const members = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, 0]));
    const shownWith = (length: number) =>
      show(
        utf8(canonicalText(members)),
        Array.from({ length }, (_, index) => index),
      ).ok;
    expect([shownWith(64), shownWith(65)]).toEqual([true, false]);
  });
});

describe("a label", () => {
  it.each([
    ["amount_usd", "Amount Usd"],
    ["amountUsd", "Amount Usd"],
    ["amountUSD", "Amount USD"],
    ["HTTPServer", "HTTP Server"],
    ["re-sign", "Re Sign"],
    ["a__b", "A B"],
    ["x2_y3", "X2 Y3"],
    ["Amount Usd", "Amount Usd"],
    ["", "(empty name)"],
    // Signs that could have a meaning stay.
    ["x-5", "x-5"],
    ["-5", "-5"],
    ["<100", "<100"],
    ["_id", "_id"],
    ["$ref", "$ref"],
    ["a.b", "a.b"],
    ["größe_cm", "größe_cm"],
    ["a\u202eb", "a⟨U+202E right-to-left override⟩b"],
    [" a", "⟨U+0020 space⟩a"],
  ])("of %j is %j", (key, label) => {
    const [line] = linesOf({ [key]: 1 });
    expect(line?.label).toBe(label);
    expect(textOf(line?.key ?? [])).toBe(textOf(drawText(key)));
  });

  it("that two names share gets a warning on both", () => {
    const shared = linesOf({ amountUsd: 1, amount_usd: 2, other: 3 });
    expect(shared.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([
      ["same-label"],
      ["same-label"],
      [],
    ]);
  });
});

describe("a text", () => {
  it.each([
    ["plain", "plain"],
    ["a \u202e b", "a ⟨U+202E right-to-left override⟩ b"],
    // An imitated marker is itself shown as a marker.
    ["⟨U+202E right-to-left override⟩", "⟨U+27E8 angle bracket⟩U+202E right-to-left override⟩"],
    ["〈!⟩", "⟨U+3008 angle bracket⟩!⟩"],
    ["a\r\n\tb", "a⟨U+000D carriage return⟩⟨U+000A line feed⟩⟨U+0009 tab⟩b"],
    ["  a  b ", "⟨U+0020 space⟩⟨U+0020 space⟩a  b⟨U+0020 space⟩"],
    [" ", "⟨U+0020 space⟩"],
    ["\ud800a", "⟨U+D800 half of a surrogate pair⟩a"],
    ["a\udc00", "a⟨U+DC00 half of a surrogate pair⟩"],
    // At most three accents on a letter. Elsewhere they would combine with the text around the value.
    ["Việt e\u0323\u0302", "Việt e\u0323\u0302"],
    ["\u0301a", "⟨U+0301 combining mark⟩a"],
    ["1\u0301", "1⟨U+0301 combining mark⟩"],
    ["\u200d\u0301", "⟨U+200D zero width joiner⟩⟨U+0301 combining mark⟩"],
    ["a\u0301\u0302\u0303\u0304b", "a\u0301\u0302\u0303⟨U+0304 combining mark⟩b"],
    // A font can draw the same mark twice at the same place.
    [`a${"\u0301".repeat(3)}b`, `a\u0301${"⟨U+0301 combining mark⟩".repeat(2)}b`],
    ["\u00e1\u0301", "\u00e1⟨U+0301 combining mark⟩"],
    ["\u0e01\u0e34\u0e34", "\u0e01\u0e34⟨U+0E34 combining mark⟩"],
    // Thai marks would pile up into the line above.
    ["\u0e01\u0e34\u0e35\u0e36\u0e37\u0e47", "\u0e01\u0e34\u0e35\u0e36\u0e37⟨U+0E47 combining mark⟩"],
    // A font with Latin letters need not have these, and would draw them as nothing.
    ["5\u0e47", "5⟨U+0E47 combining mark⟩"],
    ["pay\u1ab0", "pay⟨U+1AB0 combining mark⟩"],
    ["a \u0301b", "a ⟨U+0301 combining mark⟩b"],
    ["a\u0301 \u0301", "a\u0301 ⟨U+0301 combining mark⟩"],
    ["z\u0301Z\u0301", "z\u0301Z\u0301"],
    ["`\u0301{\u0301", "`⟨U+0301 combining mark⟩{⟨U+0301 combining mark⟩"],
    ["\u00bf\u0301À\u0301", "\u00bf⟨U+0301 combining mark⟩À\u0301"],
    ["n\u0336o\u0336", "n⟨U+0336 overlaying mark⟩o⟨U+0336 overlaying mark⟩"],
    ["👩‍💻", "👩⟨U+200D zero width joiner⟩💻"],
    ['say "x"', 'say "x"'],
  ])("%j is shown as %j", (text, drawn) => {
    expect(textOf(drawText(text))).toBe(drawn);
  });

  it("never looks like another text", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const exact = drawText(text).map((segment) =>
          segment.hidden
            ? String.fromCodePoint(Number.parseInt(segment.hidden.codePoint.slice(2), 16))
            : segment.text,
        );
        expect(exact.join("")).toBe(text);
      }),
    );
  });

  it("with hidden characters gets a warning that names them", () => {
    expect(textWarnings("a\u202eb\u202ec\u200b")).toEqual([
      {
        code: "hidden-characters",
        detail: "3 hidden or unusual characters: right-to-left override, zero width space",
      },
    ]);
    expect(textWarnings(" two\n\tlines ⟨ ")).toEqual([]);
  });

  it("has the code of each warning, for the name and for the value", () => {
    const [line] = linesOf({ pаy: "x\u200by" });
    expect(line?.warnings.map(({ code }) => code)).toEqual(["mixed-scripts", "hidden-characters"]);
  });

  it("has its warnings under its row, for the name and for the value", () => {
    expect(draw({ pаy: "x\u200by" })).toBe(
      [
        'pаy ["pаy"] text: "x⟨U+200B zero width space⟩y"',
        "  ⟨!⟩ in the name: one word holds letters of Latin and Cyrillic",
        "  ⟨!⟩ 1 hidden or unusual character: zero width space",
      ].join("\n"),
    );
  });
});

// Each row holds payloads that a careless display would make look the same.
const LOOK_ALIKE: readonly (readonly JsonObject[])[] = [
  [{ amount_usd: 1 }, { "Amount Usd": 1 }, { amountUsd: 1 }, { "amount_usd ": 1 }, { "Amount\u00a0Usd": 1 }],
  [{ a: "1" }, { a: 1 }, { a: '"1"' }, { a: "number: 1" }],
  [{ a: null }, { a: "null" }, { a: "" }, { a: "nothing: null" }, { a: "undefined" }, {}],
  [{ a: true }, { a: "true" }, { a: false }, { a: "false" }, { a: 0 }],
  [{ a: {} }, { a: [] }, { a: "" }, { a: "{}" }, { a: "[]" }, { a: '""' }, { a: [{}] }, { a: { "": {} } }],
  [{ a: ["x"] }, { a: { "0": "x" } }, { a: { "[0]": "x" } }, { a: { "Item 1": "x" } }],
  [{ a: { b: 1 } }, { a: {}, b: 1 }, { "a/b": 1 }, { "a.b": 1 }, { 'a"] object: 1 field\n  B ["b': 1 }],
  [{ a: [[1], 2] }, { a: [[1, 2]] }, { a: [1, 2] }, { a: [[1], [2]] }],
  [{ a: "\u202e" }, { a: "⟨U+202E right-to-left override⟩" }, { a: "U+202E" }, { a: "\u202d" }],
  [{ a: "⟨" }, { a: "⟨U+27E8 angle bracket⟩" }, { a: "〈" }, { a: "\u2329" }],
  [
    { a: "x\ny" },
    { a: "x⟨U+000A line feed⟩y" },
    { a: "x\\ny" },
    { a: "x y" },
    { a: "x\r\ny" },
    { a: "x\u2028y" },
  ],
  [{ a: "x", b: 1 }, { a: 'x"\nB ["b"] number: 1' }],
  [{ a: "x" }, { a: "x " }, { a: " x" }, { a: "x\u200b" }, { a: "x\ufe0f" }, { a: "x\u{e0041}" }],
  [{ a: "é" }, { a: "e\u0301" }],
  [{ "": 1 }, { "(empty name)": 1 }, { '"': 1 }, { '""': 1 }, { "⟨U+0022 quotation mark⟩": 1 }],
  [{ a: "pаy" }, { a: "pay" }, { a: 'pаy"\n  ⟨!⟩ one word holds letters of Latin and Cyrillic' }],
];

describe("payloads of different bytes never look the same", () => {
  it.each(LOOK_ALIKE.map((payloads) => [payloads.map(canonicalText).join(" | "), payloads] as const))(
    "%s",
    (_, payloads) => {
      expect(new Set(payloads.map(draw)).size).toBe(payloads.length);
      for (const payload of payloads)
        expect(canonicalText(readDrawn(draw(payload)))).toBe(canonicalText(payload));
    },
  );

  it("because the text can be read back", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    fc.assert(
      fc.property(hostilePayload, (payload) => {
        expect(canonicalText(readDrawn(draw(payload)))).toBe(canonicalText(payload));
      }),
      { numRuns: 1_000 },
    );
  });

  it("because the lines can be read back", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    fc.assert(
      fc.property(hostilePayload, (payload) => {
        expect(canonicalText(readLines(linesOf(payload)))).toBe(canonicalText(payload));
      }),
      { numRuns: 500 },
    );
  });

  it("if they differ in a name or in a value", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    const same = (left: JsonObject, right: JsonObject) =>
      expect(draw(left) === draw(right)).toBe(canonicalText(left) === canonicalText(right));
    fc.assert(
      fc.property(hostileText, hostileText, hostileValue, hostileValue, (one, other, left, right) => {
        same({ a: one }, { a: other });
        same({ [`${one}_`]: 0 }, { [`${other}_`]: 0 });
        same({ a: left }, { a: right });
        same({ a: [left], b: right }, { a: [left, right] });
      }),
      { numRuns: 300 },
    );
  });

  it("and no shown character is hidden, for any payload", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
    // Line ends are the only control characters. Some number signs are format characters, but visible.
    const hidden =
      /(?![\n \u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
    expect(hidden.test("a\u200bb")).toBe(true);
    fc.assert(
      fc.property(hostilePayload, (payload) => {
        expect(draw(payload)).not.toMatch(hidden);
      }),
      { numRuns: 300 },
    );
  });
});

function deep(levels: number): JsonValue {
  return levels === 0 ? 1 : { a: deep(levels - 1) };
}

/** A text that fills a whole payload. */
function full(part: string): string {
  return part.repeat(Math.floor((PAYLOAD_MAX_BYTES - 20) / (canonicalTextBytes(part) - 2)));
}

function canonicalTextBytes(text: string): number {
  return utf8(canonicalText(text)).length;
}

describe("the largest payloads", () => {
  it("with the most values have a line for each", () => {
    const count = PAYLOAD_MAX_NODES - 2;
    const lines = linesOf({ a: Array.from({ length: count }, () => 0) });
    expect(lines.length).toBe(count + 1);
    expect(lines.at(-1)).toMatchObject({ pointer: `/a/${count - 1}`, label: `Item ${count}` });
  });

  it("with the most values below the longest name do not copy the name", () => {
    const key = "k".repeat(40_000);
    const lines = linesOf({ [key]: Array.from({ length: PAYLOAD_MAX_NODES - 2 }, () => 0) });
    expect(lines.at(-1)?.pointer.length).toBe(40_001 + 5);
  });

  it("32 levels deep show every level", () => {
    const lines = linesOf({ a: deep(31) });
    expect(lines.map(({ depth }) => depth)).toEqual(Array.from({ length: 32 }, (_, depth) => depth));
    expect(show(utf8(canonicalText({ a: deep(32) })))).toMatchObject({ ok: false });
  });

  it.each([
    "a",
    " ",
    "\u007f",
    "⟨",
    "\n",
    "é",
    "e\u0301",
    "а",
    "рay ",
    "中",
    "٣",
    "👩‍💻",
    "\u200b",
    "_",
    ")",
    "é)",
    ".é",
    "é.é ",
    "é@",
    ":/",
    "://é ",
    "://é.é)",
    "http://a@",
    "\u{e0041}",
    "a-",
    "aB",
    "\u0378",
  ])("of only %j are shown completely", (part) => {
    const text = full(part);
    const [line] = linesOf({ a: text });
    const count = line?.value.reduce(
      (sum, { text, hidden }) => sum + (hidden ? 1 : Array.from(text).length),
      0,
    );
    expect(count).toBe(Array.from(text).length);
  });

  it.each(["a", "_", "aB", "a-", "\u007f", "é.é "])("with a name of only %j show it completely", (part) => {
    const text = full(part);
    const [line] = linesOf({ [text]: 1 });
    expect(textOf(line?.key ?? []) === textOf(drawText(text))).toBe(true);
  });
});
