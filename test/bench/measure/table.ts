import { cpus, loadavg, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import { milliseconds, rate } from "./measure.ts";
import type { Unit } from "../platform/ceilings.ts";
import { UNITS } from "../platform/ceilings.ts";
import type { Step } from "../round-trips.ts";

// What the flow's benchmark prints: the table, and where the time goes.

export interface Line {
  readonly figure: string;
  readonly ours: string;
  readonly beside?: string;
  /** How many times better than what is beside it. */
  readonly ratio?: number | undefined;
  readonly aim?: string;
  /** Undefined: nothing to hold it against. */
  readonly met?: boolean | undefined;
}

const GIBIBYTE = 1_024 ** 3;
const BUSY_LOAD = 0.7;

export function machine(): string {
  const installed = new URL("../../../node_modules/workerd/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(installed, "utf8")) as { version: string };
  const memory = `${Math.round(totalmem() / GIBIBYTE)} GiB`;
  const model = cpus()[0]?.model ?? "unknown processor";
  const [load = 0] = loadavg();
  const busy = load > BUSY_LOAD ? `; others are busy here (load ${load.toFixed(1)}), which tells` : "";
  return `${cpus().length} cores of ${model}, ${memory}, Node ${process.version}, workerd ${version}${busy}`;
}

export function tableOf(lines: readonly Line[]): string {
  return columns([
    ["figure", "Countersign", "beside it", "ratio", "aim", "met?"],
    ...lines.map(({ figure, ours, beside = "", ratio, aim = "", met }) => [
      figure,
      ours,
      beside,
      ratio === undefined || Number.isNaN(ratio) ? "" : `${ratio.toFixed(2)} x`,
      aim,
      met === undefined ? "" : met ? "yes" : "NO",
    ]),
  ]);
}

export function roundTripsTable(steps: readonly Step[]): string {
  return columns([
    [
      "step",
      "D1 round trips",
      "reads",
      "writes",
      "statements",
      "Desk and Log calls",
      "waits for D1",
      "for the Log",
    ],
    ...steps.map(({ name, reads, writes, statements, calls, database, log }) => [
      name,
      ...[reads + writes, reads, writes, statements, calls].map(String),
      milliseconds(database),
      log === 0 ? "" : milliseconds(log),
    ]),
  ]);
}

export function unitsTable(alone: Readonly<Record<Unit, number>>): string {
  return columns([
    ["what one caller alone waits for, through the same port", "p50"],
    ...Object.entries(UNITS).map(([unit, name]) => [name, milliseconds(alone[unit as Unit])]),
  ]);
}

export function rateLine(figure: string, mine: number, name: string, theirs: number | undefined): Line {
  const ours = rate(mine);
  if (theirs === undefined) return { figure, ours, beside: `${name}: not measured` };
  return { figure, ours, beside: `${name} ${rate(theirs)}`, ratio: mine / theirs };
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_title, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [title = [], ...rest] = rows;
  return [line(title), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rest.map(line)].join(
    "\n",
  );
}
