import type { Ceilings } from "../platform/ceilings.ts";
import { throughput } from "./http-client-pool.ts";
import { median } from "./measure.ts";
import { runWorkflow, type Round, type Workflow } from "../peers/workflow.ts";

// Each figure for all who are measured, in turn, A B A B …, so that a machine that slows down slows them all.

const FLOW_ROUNDS = 8;
const FLOWS_EACH_ROUND = 20;
/** A runtime compiles what it runs often, until some 250 rounds; a service that is used has done so. */
const FLOW_WARM_UP = 250;
const LOAD_ROUNDS = 5;
const LOAD_MILLISECONDS = 1_500;
const LOAD_WARM_UP_MILLISECONDS = 600;
const DOOR_CLIENTS = 16;
const LOG_CLIENTS = 32;

export interface Pair<Value> {
  readonly ours: Value;
  /** Undefined where Restate could not be had. */
  readonly restate: Value | undefined;
}

export async function flowsInTurn(
  ours: Workflow,
  restate: Workflow | undefined,
): Promise<Pair<readonly Round[]>> {
  const rounds: Record<"ours" | "restate", Round[]> = { ours: [], restate: [] };
  const run = async (count: number, workflow: Workflow, kept?: Round[]) => {
    for (let at = 0; at < count; at++) {
      const round = await runWorkflow(workflow);
      kept?.push(round);
    }
  };
  await run(FLOW_WARM_UP, ours);
  if (restate) await run(FLOW_WARM_UP, restate);
  for (let round = 0; round < FLOW_ROUNDS; round++) {
    await run(FLOWS_EACH_ROUND, ours, rounds.ours);
    if (restate) await run(FLOWS_EACH_ROUND, restate, rounds.restate);
  }
  return { ours: rounds.ours, restate: restate && rounds.restate };
}

export async function pollsInTurn(ours: Workflow, restate: Workflow | undefined): Promise<Pair<number>> {
  const mine = await ours.create();
  const theirs = await restate?.create();
  const [first = 0, second] = await loadInTurn(DOOR_CLIENTS, [
    () => ours.poll(mine),
    ...(restate && theirs !== undefined ? [() => restate.poll(theirs)] : []),
  ]);
  return { ours: first, restate: second };
}

export async function createsInTurn(
  ours: Workflow,
  ceilings: Ceilings,
  restate: Workflow | undefined,
): Promise<Pair<number> & { readonly batch: number }> {
  const [first = 0, batch = 0, third] = await loadInTurn(DOOR_CLIENTS, [
    ours.create,
    () => ceilings.hit("d1-batch"),
    ...(restate ? [restate.create] : []),
  ]);
  return { ours: first, batch, restate: third };
}

export interface Appends {
  readonly log: number;
  readonly insert: number;
  /** What the way there takes anyway. */
  readonly nothing: number;
}

export async function appendsInTurn({ hit }: Ceilings): Promise<Appends> {
  const [log = 0, insert = 0, nothing = 0] = await loadInTurn(LOG_CLIENTS, [
    () => hit("log-append"),
    () => hit("object-insert"),
    () => hit("object-call"),
  ]);
  return { log, insert, nothing };
}

/** Calls a second of each, the median of its turns. */
async function loadInTurn(
  clients: number,
  works: readonly (() => Promise<unknown>)[],
): Promise<readonly number[]> {
  for (const work of works) await throughput(clients, LOAD_WARM_UP_MILLISECONDS, work);
  const rates = works.map((): number[] => []);
  for (let round = 0; round < LOAD_ROUNDS; round++) {
    for (const [place, work] of works.entries()) {
      rates[place]?.push(await throughput(clients, LOAD_MILLISECONDS, work));
    }
  }
  return rates.map((each) => median(each));
}
