import { describe, expect, it } from "vitest";
import { formOf, isUnlikeText, timeOf } from "../../../src/core/display/forms.ts";
import { PAYLOAD_MAX_BYTES } from "../../../src/core/encoding/strict-json.ts";
import { linesOf } from "../../support/display-reader.ts";

describe("the form of a text", () => {
  it.each([
    ["memo", "Hosting, November", "plain"],
    ["to", "acct_8821", "identifier"],
    ["email", "ann@example.com", "plain"],
    ["due", "2026-12-01", "plain"],
    ["at", "2026-11-27T21:13:45Z", "time"],
    ["at", "2026-11-27T21:13:45.123+05:30", "time"],
    // Without a zone, on no day.
    ["at", "2026-11-27T21:13:45", "identifier"],
    ["at", "2026-02-30T21:13:45Z", "identifier"],
    ["site", "https://example.com/a", "url"],
    ["db", "postgres://db.internal:5432/x", "url"],
    ["query", "anything", "code"],
    ["shell_command", "anything", "code"],
    ["note", "SELECT id FROM payments", "code"],
    ["note", "delete from payments", "code"],
    ["note", "git push origin main", "code"],
    ["note", "#!/bin/sh\nset -e", "code"],
    ["note", "Select a colour", "plain"],
    ["note", "create a list", "plain"],
    ["change", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y", "diff"],
    ["note", "- one\n- two", "plain"],
  ])("%s: %s is %s", (name, text, form) => expect(formOf(text, name)).toBe(form));

  it("in a list comes from the list's name", () => {
    expect(linesOf({ commands: ["x"] }).map(({ form }) => form)).toEqual(["plain", "code"]);
  });

  it("is found quickly for the worst texts", () => {
    const texts = [
      "select ",
      "select ; ",
      "-",
      "--- a\n",
      "@@ -1",
      "a",
      "1",
      " ",
      "\n",
      "http://a@",
      "with x ",
    ];
    for (const text of texts) {
      for (const full of [
        text.repeat(PAYLOAD_MAX_BYTES / text.length),
        text + " ".repeat(PAYLOAD_MAX_BYTES),
      ]) {
        expect(formOf(full, "note")).toBeTypeOf("string");
      }
    }
  }, 5_000);
});

describe("a time", () => {
  it.each([
    ["2026-11-27T10:00:00Z", Date.UTC(2026, 10, 27, 10)],
    ["2026-11-27T10:00+01:00", Date.UTC(2026, 10, 27, 9)],
    ["2024-02-29T10:00:00Z", Date.UTC(2024, 1, 29, 10)],
    ["2026-02-29T10:00:00Z", undefined],
    ["2026-11-27T25:00:00Z", undefined],
    ["2026-11-27", undefined],
  ])("%s is %s", (text, time) => expect(timeOf(text)).toBe(time));
});

describe("a text is called a text", () => {
  it.each([
    ["4200", true],
    ["-1.5e3", true],
    ["1,250.50", true],
    ["1 250", true],
    ["True", true],
    ["null", true],
    ['{"a":1}', true],
    ["[x", true],
    ["3 items", true],
    ["empty list", true],
    ["2026-12-01", false],
    ["10.0.0.1", false],
    ["acct_1", false],
    ["-", false],
    ["nullable", false],
  ])("if it reads like something else, as %s: %s", (text, expected) => {
    expect(isUnlikeText(text)).toBe(expected);
  });
});

describe("the sides of a change", () => {
  it.each([
    [{ change: { after: 2, before: 1 } }, ["change", "before:before", "after:after"]],
    [{ new: "b", old: "a", what: "x" }, ["new:after", "old:before", "what"]],
    [{ change: { after: null, before: [1] } }, ["change", "before:before", "0", "after:after"]],
    // Not of one type: rather a date and a number of days.
    [{ after: 2, before: "noon" }, ["after", "before"]],
    [{ from: 1, to: 2 }, ["from", "to"]],
  ])("of %j", (payload, expected) => {
    const sides = linesOf(payload).map(
      ({ key, side }) => (key[0]?.text ?? "") + (side === undefined ? "" : `:${side}`),
    );
    expect(sides).toEqual(expected);
  });
});
