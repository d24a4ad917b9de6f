import { describe, expect, it } from "vitest";
import { csvLine } from "../../../src/core/encoding/csv.ts";

describe("a line for spreadsheets", () => {
  it.each([
    ["plain cells", ["a", "", "1"], "a,,1\r\n"],
    ["a comma", ["a,b"], '"a,b"\r\n'],
    ["quotes", ['say "yes"'], '"say ""yes"""\r\n'],
    ["a line break", ["a\nb"], '"a\nb"\r\n'],
    ["a formula", ["=SUM(A1)"], "'=SUM(A1)\r\n"],
    ["a formula with a comma", ["@f(1,2)"], '"\'@f(1,2)"\r\n'],
    ["a number with a sign", ["-1"], "'-1\r\n"],
    ["a tab first", ["\t=1"], "\t'=1\r\n"],
    ["a formula after spaces", [" =1"], "' =1\r\n"],
    ["a formula in wide characters", ["＝1"], "'＝1\r\n"],
    ["a formula after a semicolon", ["a;=1"], "a;'=1\r\n"],
    ["a formula after a line break", ["a\n=1"], '"a\n\'=1"\r\n'],
    ["a formula after a quote", ['"=1"'], '"""\'=1"""\r\n'],
    [
      "a time and an ordinary text",
      ["2026-11-28T01:00:00.000Z", "a - b; c"],
      "2026-11-28T01:00:00.000Z,a - b; c\r\n",
    ],
  ])("has %s", (_name, cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });
});
