import { applyTemplate, sentenceText } from "../../../src/core/display/apply-template.ts";
import { formatNamed } from "../../../src/core/display/formats.ts";
import { writtenOrder } from "../../../src/core/confirmation/member-order.ts";
import { show } from "../../../src/core/display/show.ts";
import { parseTemplate, templateHash } from "../../../src/core/display/template.ts";
import { textOf } from "../../../src/core/display/text/segments.ts";
import { canonicalBytes } from "../../../src/core/encoding/jcs.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";

// Templates with what they make of payloads, formats with what they make of values.

const PAY = {
  v: 1,
  kind: "countersign/template",
  action: "Pay an invoice",
  sentence: "Pay {amount_usd|money:USD} to {to}, {{net}}",
  fields: [
    { name: "to", label: "Recipient", format: null, prominent: true },
    { name: "amount_usd", label: "Amount", format: "money:USD", prominent: true },
    { name: "due", label: "Due", format: "time", prominent: false },
  ],
} as const;

const DRAWN: readonly (readonly [name: string, payload: JsonObject])[] = [
  ["as it expects", { to: "acct_8821", amount_usd: 4_200, due: "2026-01-31T12:00:00Z" }],
  [
    "with more members",
    { memo: "INV-2025-118", to: "acct_8821", amount_usd: "1250.00", due: "soon", fee: 0.5 },
  ],
  ["without a member", { amount_usd: 4_200 }],
  ["with members of other types", { to: { id: "acct_8821" }, amount_usd: "a lot", due: 0 }],
  ["with words for values", { to: "me\u27e9 to \u27e8you", amount_usd: 1, due: "" }],
];

const REFUSED: readonly (readonly [name: string, change: JsonObject])[] = [
  ["a slot that does not end", { sentence: "Pay {to" }],
  ["a slot that does not begin", { sentence: "Pay to}" }],
  ["17 slots", { sentence: "{to}".repeat(17) }],
  ["an unknown format in a slot", { sentence: "Pay {to|upper}" }],
  [
    "a currency in small letters",
    { fields: [{ name: "a", label: "A", format: "money:usd", prominent: false }] },
  ],
  [
    "one name twice",
    { fields: ["A", "B"].map((label) => ({ name: "a", label, format: null, prominent: false })) },
  ],
  [
    "one label twice",
    { fields: ["a", "b"].map((name) => ({ name, label: "A", format: null, prominent: false })) },
  ],
];

const VALUES: readonly (readonly [format: string, ...values: (number | string)[]])[] = [
  ["text", "ACME", 7],
  ["number", 0, 4_200, -1_234_567.891, 1e-7, "1250.00", "01", "1e3"],
  ["money:USD", 4_200, 0.125, "-1250.5", "4200 USD"],
  ["money:JPY", 4_200],
  ["money:KWD", 4_200],
  ["percent", 12.5, "12%"],
  ["bytes", 0, 1, 1_536, 2_048, 3_221_225_472, 0.5, "1024"],
  ["duration", 0, 90_061, 86_400_000, -1],
  ["time", "2026-01-31T12:00:00.000Z", "2026-01-31T00:30:00.25+01:00", "2026-02-29T12:00:00Z", "2026-01-31"],
  ["time:s", 1_769_860_800, 253_402_300_800],
  ["time:ms", 1_769_860_800_125, "1769860800125"],
];

export function templateVectors(): JsonObject {
  const template = expectOk(parseTemplate(PAY));
  const drawn = DRAWN.map(([name, payload]): JsonObject => {
    const order = writtenOrder(payload);
    const { sentence, lines, notes } = applyTemplate(
      template,
      expectOk(show(canonicalBytes(payload), order)),
    );
    return {
      name,
      template: PAY,
      hash: templateHash(template),
      payload,
      order,
      sentence: sentence.map(({ kind, segments }) => ({ kind, text: textOf(segments) })),
      text: sentenceText(sentence),
      lines: lines.map(({ pointer, label, prominent = false, formatted }) => ({
        pointer,
        label,
        prominent,
        formatted: formatted === undefined ? null : textOf(formatted),
      })),
      notes: notes.length,
    };
  });
  const formats = VALUES.flatMap(([format, ...values]) =>
    values.map((value) => ({ format, value, shown: shownAs(format, value) })),
  );
  return {
    drawn,
    formats,
    refused: REFUSED.map(([name, change]) => ({ name, template: { ...PAY, ...change } })),
  };
}

/** Null for a value of another type. */
function shownAs(format: string, value: number | string): JsonValue {
  const type = typeof value === "number" ? "number" : "text";
  return formatNamed(format)?.apply({ type, text: String(value) }) ?? null;
}
