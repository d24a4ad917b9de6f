import { describe, expect, it } from "vitest";
import { formatNamed } from "../../../src/core/display/formats.ts";

// What a format makes of a value; null for a value of another type, which is then drawn without it.

type Row = readonly [format: string, value: number | string, shown: string | null];

const ROWS: readonly Row[] = [
  ["text", "ACME", "ACME"],
  ["text", "", ""],
  ["text", 7, null],
  ["number", 0, "0"],
  ["number", 999, "999"],
  ["number", 4_200, "4,200"],
  ["number", -1_234_567.891, "-1,234,567.891"],
  ["number", 9_007_199_254_740_991, "9,007,199,254,740,991"],
  ["number", 1e-7, "1e-7"],
  ["number", "1250.00", "1,250.00"],
  ["number", "123456789012345678901234567890.10", "123,456,789,012,345,678,901,234,567,890.10"],
  ["number", "1e3", null],
  ["number", "1,250", null],
  ["number", "01", null],
  ["number", "+1", null],
  ["number", "1.", null],
  ["number", " 1", null],
  ["number", "\u0661\u0662", null],
  ["number", "", null],
  ["money:USD", 4_200, "4,200.00 USD"],
  ["money:USD", 0.5, "0.50 USD"],
  ["money:USD", 0.125, "0.125 USD"],
  ["money:USD", "-1250.5", "-1,250.50 USD"],
  ["money:JPY", 4_200, "4,200 JPY"],
  ["money:JPY", 4_200.5, "4,200.5 JPY"],
  ["money:KWD", 4_200, "4,200.000 KWD"],
  ["money:CLF", "1.2", "1.2000 CLF"],
  ["money:USD", "4200 USD", null],
  ["money:USD", 1e-7, "1e-7 USD"],
  ["percent", 12.5, "12.5%"],
  ["percent", "0.10", "0.10%"],
  ["percent", "12%", null],
  ["bytes", 0, "0 bytes"],
  ["bytes", 1, "1 byte"],
  ["bytes", 1_000, "1,000 bytes"],
  ["bytes", 1_536, "1,536 bytes"],
  ["bytes", 2_048, "2 KiB"],
  ["bytes", 3 * 2 ** 30, "3 GiB"],
  ["bytes", 2 ** 50, "1,024 TiB"],
  ["bytes", -1, null],
  ["bytes", 0.5, null],
  ["bytes", "1024", null],
  ["duration", 0, "0 s"],
  ["duration", 59, "59 s"],
  ["duration", 3_600, "1 h"],
  ["duration", 90_061, "1 day 1 h 1 min 1 s"],
  ["duration", 86_400 * 1_000, "1,000 days"],
  ["duration", 1.5, null],
  ["duration", -1, null],
  ["time", "2026-01-31T12:00:00Z", "2026-01-31 12:00:00 UTC"],
  ["time", "2026-01-31T12:00:00.000Z", "2026-01-31 12:00:00.000 UTC"],
  ["time", "2026-01-31T12:00:00.123456789Z", "2026-01-31 12:00:00.123456789 UTC"],
  ["time", "2026-01-31T00:30:00+01:00", "2026-01-30 23:30:00 UTC"],
  ["time", "2026-12-31T23:30:00-05:45", "2027-01-01 05:15:00 UTC"],
  ["time", "0000-01-01T00:00:00+00:01", null],
  ["time", "9999-12-31T23:59:59-00:01", null],
  ["time", "2026-02-29T12:00:00Z", null],
  ["time", "2026-01-31T24:00:00Z", null],
  ["time", "2026-01-31T12:00:60Z", null],
  ["time", "2026-01-31T12:00:00+24:00", null],
  ["time", "2026-01-31T12:00:00", null],
  ["time", "2026-01-31", null],
  ["time", 1_769_860_800, null],
  ["time:s", 1_769_860_800, "2026-01-31 12:00:00 UTC"],
  ["time:s", 0, "1970-01-01 00:00:00 UTC"],
  ["time:s", 253_402_300_799, "9999-12-31 23:59:59 UTC"],
  ["time:s", 253_402_300_800, null],
  ["time:s", 1_769_860_800.5, null],
  ["time:s", "1769860800", null],
  ["time:ms", 1_769_860_800_125, "2026-01-31 12:00:00.125 UTC"],
  ["time:ms", 1_769_860_800_000, "2026-01-31 12:00:00 UTC"],
  ["time:ms", 253_402_300_800_000, null],
];

describe("a format", () => {
  it.each(ROWS)("%s of %j is %j", (name, value, shown) => {
    const type = typeof value === "number" ? "number" : "text";
    expect(formatNamed(name)?.apply({ type, text: String(value) }) ?? null).toBe(shown);
  });

  it("keeps every digit", () => {
    const digits = (text: string) => text.replaceAll(/[^0-9]/g, "");
    const counted = ROWS.filter(
      ([name, value, shown]) =>
        shown !== null && /^(?:number|money|percent)/.test(name) && !String(value).includes("e"),
    );
    const kept = counted.filter(([, value, shown]) =>
      new RegExp(`^${digits(String(value))}0*$`).test(digits(shown ?? "")),
    );
    expect(counted.length).toBeGreaterThan(10);
    expect(kept).toEqual(counted);
  });

  it.each(["", "Number", "money", "money:", "money:usd", "money:USDX", "time:m", "toString", "hex"])(
    "is not called %j",
    (name) => {
      expect(formatNamed("money:USD")).toBeDefined();
      expect(formatNamed(name)).toBe(undefined);
    },
  );
});
