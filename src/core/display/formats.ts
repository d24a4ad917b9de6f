// The formats that a template can give to a value. A format adds separators, units and names, and nothing else: it
// never rounds, drops no digit, and reads no value of another type. The exact value is always drawn beside it.

/** A value of the payload: a number as in its canonical form, or a text. */
export interface ScalarValue {
  readonly type: "number" | "text";
  readonly text: string;
}

interface Format {
  /** For people: what the value must be. */
  readonly expects: string;
  /** Undefined for a value of another type. */
  readonly apply: (value: ScalarValue) => string | undefined;
}

/** Currencies by their digits after the point, where these are not two. */
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map([
  ...of(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
  ...of(3, "BHD IQD JOD KWD LYD OMR TND"),
  ...of(4, "CLF UYW"),
]);
const MONEY = /^money:([A-Z]{3})$/;

function of(digits: number, codes: string): readonly (readonly [code: string, digits: number])[] {
  return codes.split(" ").map((code) => [code, digits]);
}

/** A text like "1250.00" is a number, too: money is often sent so, because it keeps its zeros. */
const DECIMAL = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)$/;
/** The end of the year 9999. */
const LAST_MILLISECOND = 253_402_300_799_999;

const FORMATS: Readonly<Record<string, Format>> = {
  text: { expects: "a text", apply: ({ type, text }) => (type === "text" ? text : undefined) },
  number: { expects: "a number", apply: grouped },
  percent: { expects: "a number of percent", apply: (value) => after(grouped(value), "%") },
  bytes: { expects: "a whole number of bytes", apply: (value) => bytesText(wholeNumber(value)) },
  duration: { expects: "a whole number of seconds", apply: (value) => durationText(wholeNumber(value)) },
  time: { expects: "a time with its zone, like 2026-01-31T12:00:00Z", apply: timeText },
  "time:s": {
    expects: "a whole number of seconds since 1970",
    apply: (value) => instantText(wholeNumber(value), 1_000),
  },
  "time:ms": {
    expects: "a whole number of milliseconds since 1970",
    apply: (value) => instantText(wholeNumber(value), 1),
  },
};

/** For people. */
export const FORMAT_NAMES = `${Object.keys(FORMATS).join(", ")}, money:USD with any currency of ISO 4217`;

export function formatNamed(name: string): Format | undefined {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name];
  const code = MONEY.exec(name)?.[1];
  if (code === undefined) return undefined;
  const digits = MINOR_DIGITS.get(code) ?? 2;
  return { expects: "an amount", apply: (value) => after(grouped(value, digits), ` ${code}`) };
}

/** With a comma between groups of three digits, and zeros up to this number of digits after the point. */
function grouped({ text, type }: ScalarValue, digits = 0): string | undefined {
  const [, sign = "", whole = "", fraction = ""] = DECIMAL.exec(text) ?? [];
  // A number near zero has an exponent, and no digits to group.
  if (whole === "") return type === "number" ? text : undefined;
  const padded = fraction.padEnd(digits, "0");
  const point = padded === "" ? "" : `.${padded}`;
  return `${sign}${whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ",")}${point}`;
}

function after(text: string | undefined, unit: string): string | undefined {
  return text === undefined ? undefined : text + unit;
}

function wholeNumber({ type, text }: ScalarValue): number | undefined {
  return type === "number" && /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

function bytesText(bytes: number | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  let count = bytes;
  let unit = bytes === 1 ? "byte" : "bytes";
  for (const larger of ["KiB", "MiB", "GiB", "TiB"]) {
    if (count === 0 || count % 1_024 !== 0) break;
    count /= 1_024;
    unit = larger;
  }
  return `${groupedCount(count)} ${unit}`;
}

function durationText(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const days = Math.floor(seconds / 86_400);
  const parts = [
    [days, days === 1 ? "day" : "days"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${groupedCount(count)} ${unit}`);
  return shown.length === 0 ? "0 s" : shown.join(" ");
}

function groupedCount(count: number): string {
  return grouped({ type: "number", text: String(count) }) ?? "";
}

function instantText(count: number | undefined, milliseconds: number): string | undefined {
  if (count === undefined || count * milliseconds > LAST_MILLISECOND) return undefined;
  const [day = "", time = ""] = new Date(count * milliseconds).toISOString().split("T");
  const fraction = time.slice(9, 12);
  return utcText(day, time.slice(0, 8), fraction === "000" ? "" : fraction);
}

function timeText({ type, text }: ScalarValue): string | undefined {
  const [, day = "", minutes = "", seconds = "", fraction = "", zone = ""] = TIME.exec(text) ?? [];
  if (type !== "text" || day === "") return undefined;
  // Engines read a day that does not exist as another day, or not at all.
  const written = Date.parse(`${day}T${minutes}:${seconds}Z`);
  if (Number.isNaN(written) || !new Date(written).toISOString().startsWith(`${day}T${minutes}:${seconds}`))
    return undefined;
  const instant = written - zoneMilliseconds(zone);
  if (Number.isNaN(instant) || instant > LAST_MILLISECOND || instant < Date.parse("0000-01-01T00:00:00Z"))
    return undefined;
  const [utcDay = "", utcTime = ""] = new Date(instant).toISOString().split("T");
  return utcText(utcDay, utcTime.slice(0, 8), fraction);
}

function zoneMilliseconds(zone: string): number {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function utcText(day: string, time: string, fraction: string): string {
  return `${day} ${time}${fraction === "" ? "" : `.${fraction}`} UTC`;
}
