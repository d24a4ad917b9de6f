import { cpus, loadavg, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import { milliseconds, rate } from "./measure.ts";
import { UNITS, type Unit } from "../platform/bare-platform.ts";
import { PHASES, summary, type NeighbourFigures, type Phase } from "../neighbours-bench.ts";
import type { Step } from "../round-trips.ts";

// The output of the flow's benchmark: the table, and where the time goes.

export interface Line {
  readonly figure: string;
  readonly ours: string;
  /** What it is compared with. */
  readonly peer?: string;
  /** How many times better than the peer. */
  readonly ratio?: number | undefined;
  readonly aim?: string;
  /** Undefined if there is no aim, or nothing to compare with. */
  readonly met?: boolean | undefined;
}

const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  quiet: "does nothing",
  waits: "has 300 waiting calls and 304 open inboxes",
  creates: "creates, 32 clients",
  verifiers: "has 32 anonymous verifiers of one approval",
  all: "does all of this",
};
const GIBIBYTE = 1_024 ** 3;
const BUSY_LOAD = 0.7;

export function machine(): string {
  const installed = new URL("../../../node_modules/workerd/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(installed, "utf8")) as { version: string };
  const memory = `${Math.round(totalmem() / GIBIBYTE)} GiB`;
  const model = cpus()[0]?.model ?? "unknown processor";
  const [load = 0] = loadavg();
  const busy =
    load > BUSY_LOAD ? `; the machine is busy (load ${load.toFixed(1)}), which distorts the figures` : "";
  return `${cpus().length} cores of ${model}, ${memory}, Node ${process.version}, workerd ${version}${busy}`;
}

export function tableOf(lines: readonly Line[]): string {
  return columns([
    ["figure", "Countersign", "compared with", "ratio", "aim", "met?"],
    ...lines.map(({ figure, ours, peer = "", ratio, aim = "", met }) => [
      figure,
      ours,
      peer,
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
      "aim",
      "reads",
      "writes",
      "statements",
      "Desk and Log calls",
      "waits for D1",
      "for the Log",
    ],
    ...steps.map(({ name, reads, writes, statements, calls, database, log, aim }) => [
      name,
      String(reads + writes),
      aim === undefined ? "" : `${aim}: ${reads + writes <= aim ? "yes" : "NO"}`,
      ...[reads, writes, statements, calls].map(String),
      milliseconds(database),
      log === 0 ? "" : milliseconds(log),
    ]),
  ]);
}

/** The times of the other tenant, beside what the noisy one got. */
export function neighboursTable(figures: Readonly<Record<Phase, NeighbourFigures>>): string {
  return columns([
    [
      "the noisy tenant",
      "create p50 / p95 ms",
      "poll",
      "decide",
      "rounds",
      "noise: creates",
      "verifications",
      "refused",
      "inboxes answered",
    ],
    ...PHASES.map((phase) => {
      const { times, ...noise } = figures[phase];
      return [
        PHASE_NAMES[phase],
        ...[times.create, times.poll, times.decide].map(summary),
        String(times.decide.length),
        ...[noise.creates, noise.verifications, noise.refused, noise.inboxes].map(rate),
      ];
    }),
  ]);
}

export function unitsTable(alone: Readonly<Record<Unit, number>>): string {
  return columns([
    ["what a single caller waits for, through the same port", "p50"],
    ...Object.entries(UNITS).map(([unit, name]) => [name, milliseconds(alone[unit as Unit])]),
  ]);
}

export function rateLine(figure: string, ourRate: number, name: string, peerRate: number | undefined): Line {
  const ours = rate(ourRate);
  if (peerRate === undefined) return { figure, ours, peer: `${name}: not measured` };
  return { figure, ours, peer: `${name} ${rate(peerRate)}`, ratio: ourRate / peerRate };
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
