import type { Appends, Pair } from "./in-turn.ts";
import { median, milliseconds, percentile, rate } from "./measure.ts";
import { mebibytes } from "./memory.ts";
import { rateLine, type Line } from "./table.ts";
import { WAITERS, type Held } from "../waiters-bench.ts";
import type { Round } from "../peers/workflow.ts";

// The figures as lines of the table, each beside what it is held against and with the aim of the design.

const WAKE_AIM_MILLISECONDS = 20;

interface Memory {
  readonly ours: number | undefined;
  readonly restate: number | undefined;
}

interface Measured {
  readonly flows: Pair<readonly Round[]>;
  readonly polls: Pair<number>;
  readonly creates: Pair<number> & { readonly batch: number };
  readonly appends: Appends;
  readonly held: Held;
  readonly memory: Readonly<Record<"idle" | "loaded" | "holding", Memory>>;
}

export function figuresOf({ flows, polls, creates, appends, held, memory }: Measured): readonly Line[] {
  const restate = "below Restate's";
  const whole = timesLine(
    "create -> approve -> requester sees it",
    flows,
    (round) => round.create + round.wake,
  );
  const wake = timesLine("  of it: decision -> long-poll wakes", flows, (round) => round.wake);
  const grouped = rateLine("creates/s, 16 clients", creates.ours, "bare D1 batch", creates.batch);
  const passing = rateLine("", creates.ours, "Restate", creates.restate);
  const log = rateLine(
    "log appends/s, 32 clients, signed",
    appends.log,
    "bare object insert",
    appends.insert,
  );
  const wakes = median(flows.ours.map((round) => round.wake));
  const limit = `< ${WAKE_AIM_MILLISECONDS} ms`;
  return [
    { ...whole, aim: restate, met: better(whole) },
    timesLine("  of it: create", flows, (round) => round.create),
    { ...wake, aim: limit, met: wakes < WAKE_AIM_MILLISECONDS },
    { ...grouped, aim: "above the batch", met: better(grouped) },
    { ...passing, ours: "", aim: "Restate passed", met: better(passing) },
    rateLine("polls/s, 16 clients", polls.ours, "Restate", polls.restate),
    { ...log, aim: "above the insert", met: better(log) },
    { figure: "", ours: "", beside: `object doing nothing ${rate(appends.nothing)}` },
    {
      figure: `${WAITERS.toLocaleString("en")} waiters held`,
      ours: `${held.held.toLocaleString("en")}, ${held.failed} failed`,
      aim: "all",
      met: held.held === WAITERS,
    },
    {
      figure: "  decision -> its waiter wakes meanwhile",
      ours: `${milliseconds(held.wake)} (of ${held.woken})`,
      aim: limit,
      met: held.wake < WAKE_AIM_MILLISECONDS,
    },
    memoryLine("memory of the runtime, idle", memory.idle),
    memoryLine("  after the load", memory.loaded),
    memoryLine(`  with ${WAITERS.toLocaleString("en")} waiters`, memory.holding),
  ];
}

function timesLine(
  figure: string,
  { ours, restate }: Pair<readonly Round[]>,
  of: (round: Round) => number,
): Line {
  const words = (times: readonly number[]) =>
    `${milliseconds(median(times))} (p95 ${percentile(times, 0.95).toFixed(1)})`;
  const mine = ours.map(of);
  if (restate === undefined) return { figure, ours: words(mine), beside: "Restate: not measured" };
  const theirs = restate.map(of);
  const ratio = median(theirs) / median(mine);
  return { figure, ours: words(mine), beside: `Restate ${words(theirs)}`, ratio };
}

function memoryLine(figure: string, { ours, restate }: Memory): Line {
  const line = { figure, ours: mebibytes(ours) };
  return restate === undefined ? line : { ...line, beside: `Restate ${mebibytes(restate)}` };
}

function better({ ratio }: Line): boolean | undefined {
  return ratio === undefined ? undefined : ratio > 1;
}
