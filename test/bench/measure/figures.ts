import type { Appends, Pair } from "./alternate.ts";
import { median, milliseconds, percentile, rate } from "./measure.ts";
import { mebibytes } from "./memory.ts";
import { rateLine, type Line } from "./table.ts";
import type { SendingFigures } from "../sending-bench.ts";
import { WAITERS, type WaiterFigures } from "../waiters-bench.ts";
import type { Round } from "../peers/workflow.ts";

// The figures as lines of the table, each with what it is compared with and the aim of the design.

const WAKE_AIM_MILLISECONDS = 10;
const WEBHOOK_AIM_MILLISECONDS = 50;
const NOTICE_AIM_MILLISECONDS = 100;
const LANDING_AIM_MILLISECONDS = 1_200;
const POLLS_AIM = 3;
const CREATES_AIM = 1.2;
/** The time of the flow is at most this share of Restate's. */
const FLOW_AIM = 0.85;
/** How much longer three signatures may take than one. */
const QUORUM_AIM = 1.5;

interface Memory {
  readonly ours: number | undefined;
  readonly restate: number | undefined;
}

interface Measurements {
  readonly flows: Pair<readonly Round[]>;
  readonly quorums: { readonly three: readonly Round[]; readonly one: readonly Round[] };
  readonly polls: Pair<number> & { readonly select: number };
  readonly creates: Pair<number> & { readonly batch: number };
  readonly shards: { readonly together: number; readonly apart: number };
  readonly appends: Appends;
  readonly waiters: WaiterFigures;
  readonly sending: SendingFigures;
  /** Undefined without a browser. */
  readonly landing: readonly number[] | undefined;
  readonly memory: Readonly<Record<"idle" | "loaded" | "waiting", Memory>>;
}

export function figuresOf({
  flows,
  quorums,
  polls,
  creates,
  shards,
  appends,
  waiters,
  sending,
  landing,
  memory,
}: Measurements): readonly Line[] {
  const total = timesLine(
    "create -> approve -> requester sees it",
    flows,
    (round) => round.create + round.wake,
  );
  const wake = timesLine("  of it: decision -> long-poll wakes", flows, (round) => round.wake);
  const grouped = rateLine("creates/s, 16 clients", creates.ours, "bare D1 batch", creates.batch);
  const passing = rateLine("", creates.ours, "Restate", creates.restate);
  const polling = rateLine("polls/s, 16 clients", polls.ours, "bare D1 select", polls.select);
  const log = rateLine(
    "log appends/s, 32 clients, signed",
    appends.log,
    "bare object insert",
    appends.insert,
  );
  const wakes = median(flows.ours.map((round) => round.wake));
  const limit = `< ${WAKE_AIM_MILLISECONDS} ms`;
  return [
    { ...total, aim: `${FLOW_AIM} x Restate's`, met: isAtLeast(total, 1 / FLOW_AIM) },
    timesLine("  of it: create", flows, (round) => round.create),
    { ...wake, aim: limit, met: wakes < WAKE_AIM_MILLISECONDS },
    quorumLine(quorums),
    { ...grouped, aim: "above the batch", met: isAtLeast(grouped, 1) },
    { ...passing, ours: "", aim: `${CREATES_AIM} x Restate`, met: isAtLeast(passing, CREATES_AIM) },
    rateLine("creates/s, two tenants on two shards", shards.apart, "on one shard", shards.together),
    { ...polling, aim: `${POLLS_AIM} x the select`, met: isAtLeast(polling, POLLS_AIM) },
    { ...rateLine("", polls.ours, "Restate", polls.restate), ours: "" },
    { ...log, aim: "above the insert", met: isAtLeast(log, 1) },
    { figure: "", ours: "", peer: `object doing nothing ${rate(appends.nothing)}` },
    {
      figure: `${WAITERS.toLocaleString("en")} calls wait`,
      ours: `${waiters.waiting.toLocaleString("en")}, ${waiters.failed} failed`,
      aim: "all",
      met: waiters.waiting === WAITERS,
    },
    {
      figure: "  decision -> its waiting call wakes meanwhile",
      ours: `${milliseconds(waiters.wake)} (of ${waiters.woken})`,
      aim: limit,
      met: waiters.wake < WAKE_AIM_MILLISECONDS,
    },
    underLine("request -> push service has the notice", sending.notice, NOTICE_AIM_MILLISECONDS),
    underLine("decision -> webhook has the event", sending.webhook, WEBHOOK_AIM_MILLISECONDS),
    ...(landing === undefined
      ? []
      : [underLine("landing page, largest paint, slow 4G, CPU 1/4", landing, LANDING_AIM_MILLISECONDS)]),
    memoryLine("memory of the runtime, idle", memory.idle),
    memoryLine("  after the load", memory.loaded),
    memoryLine(`  with ${WAITERS.toLocaleString("en")} waiters`, memory.waiting),
  ];
}

/** The three signatures are sent one after the other. */
function quorumLine({ three, one }: Measurements["quorums"]): Line {
  const total = (rounds: readonly Round[]) => rounds.map(({ create, wake }) => create + wake);
  const ratio = median(total(one)) / median(total(three));
  return {
    figure: "create -> 3 of 5 approve -> requester sees it",
    ours: spread(total(three)),
    peer: `one signature ${spread(total(one))}`,
    ratio,
    aim: `${QUORUM_AIM} x of one`,
    met: ratio >= 1 / QUORUM_AIM,
  };
}

function timesLine(
  figure: string,
  { ours, restate }: Pair<readonly Round[]>,
  of: (round: Round) => number,
): Line {
  const oursTimes = ours.map(of);
  if (restate === undefined) return { figure, ours: spread(oursTimes), peer: "Restate: not measured" };
  const restateTimes = restate.map(of);
  const ratio = median(restateTimes) / median(oursTimes);
  return { figure, ours: spread(oursTimes), peer: `Restate ${spread(restateTimes)}`, ratio };
}

function underLine(figure: string, times: readonly number[], aim: number): Line {
  return { figure, ours: spread(times), aim: `< ${aim} ms`, met: median(times) < aim };
}

function spread(times: readonly number[]): string {
  return `${milliseconds(median(times))} (p95 ${percentile(times, 0.95).toFixed(1)})`;
}

function memoryLine(figure: string, { ours, restate }: Memory): Line {
  const line = { figure, ours: mebibytes(ours) };
  return restate === undefined ? line : { ...line, peer: `Restate ${mebibytes(restate)}` };
}

function isAtLeast({ ratio }: Line, aim: number): boolean | undefined {
  return ratio === undefined ? undefined : ratio >= aim;
}
