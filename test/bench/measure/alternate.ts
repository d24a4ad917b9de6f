import type { BarePlatform } from "../platform/bare-platform.ts";
import { throughput } from "./http-client-pool.ts";
import { median } from "./measure.ts";
import { runWorkflow, type Round, type Workflow } from "../peers/workflow.ts";

// Measures each figure for all subjects alternately, A B A B …, so that a machine that slows down affects all of them.

const FLOW_ROUNDS = 8;
const FLOWS_EACH_ROUND = 20;
/** The runtime optimises hot code during about the first 250 rounds. A service in use has done so. */
const FLOW_WARM_UP = 250;
const LOAD_ROUNDS = 5;
const LOAD_MILLISECONDS = 1_200;
const LOAD_WARM_UP_MILLISECONDS = 600;
const HTTP_CLIENTS = 16;
const LOG_CLIENTS = 32;

export interface Pair<Value> {
  readonly ours: Value;
  /** Undefined if Restate is not available. */
  readonly restate: Value | undefined;
}

export async function alternateFlows(
  ours: Workflow,
  restate: Workflow | undefined,
): Promise<Pair<readonly Round[]>> {
  const rounds: Record<"ours" | "restate", Round[]> = { ours: [], restate: [] };
  const run = async (count: number, workflow: Workflow, results?: Round[]) => {
    for (let at = 0; at < count; at++) {
      const round = await runWorkflow(workflow);
      results?.push(round);
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

const QUORUM_WARM_UP = 60;
const QUORUM_ROUNDS = 60;

/** A request that three people sign, and one that one person signs. */
export async function alternateQuorums(
  three: Workflow,
  one: Workflow,
): Promise<{ readonly three: readonly Round[]; readonly one: readonly Round[] }> {
  const rounds = { three: [] as Round[], one: [] as Round[] };
  for (let at = 0; at < QUORUM_WARM_UP + QUORUM_ROUNDS; at++) {
    const [ofThree, ofOne] = [await runWorkflow(three), await runWorkflow(one)];
    if (at < QUORUM_WARM_UP) continue;
    rounds.three.push(ofThree);
    rounds.one.push(ofOne);
  }
  return rounds;
}

/** Of one pending request. */
export async function alternatePolls(
  ours: Workflow,
  platform: BarePlatform,
  restate: Workflow | undefined,
): Promise<Pair<number> & { readonly select: number }> {
  const ourId = await ours.create();
  const restateId = await restate?.create();
  const [first = 0, select = 0, third] = await alternateLoad(HTTP_CLIENTS, [
    () => ours.poll(ourId),
    () => platform.request("d1-read"),
    ...(restate && restateId !== undefined ? [() => restate.poll(restateId)] : []),
  ]);
  return { ours: first, select, restate: third };
}

export async function alternateCreates(
  ours: Workflow,
  platform: BarePlatform,
  restate: Workflow | undefined,
): Promise<Pair<number> & { readonly batch: number }> {
  const [first = 0, batch = 0, third] = await alternateLoad(HTTP_CLIENTS, [
    ours.create,
    () => platform.request("d1-batch"),
    ...(restate ? [restate.create] : []),
  ]);
  return { ours: first, batch, restate: third };
}

/** Two tenants create at once, 8 clients each: both on one shard, or each on its own. */
export async function alternateShards(
  one: Workflow,
  onSameShard: Workflow,
  onOtherShard: Workflow,
): Promise<{ readonly together: number; readonly apart: number }> {
  const inTurn = (tenants: readonly [Workflow, Workflow]) => {
    let calls = 0;
    return () => tenants[calls++ % 2 === 0 ? 0 : 1].create();
  };
  const [together = 0, apart = 0] = await alternateLoad(HTTP_CLIENTS, [
    inTurn([one, onSameShard]),
    inTurn([one, onOtherShard]),
  ]);
  return { together, apart };
}

export interface Appends {
  readonly log: number;
  readonly insert: number;
  /** A call that does nothing: the cost of the call itself. */
  readonly nothing: number;
}

export async function alternateAppends({ request }: BarePlatform): Promise<Appends> {
  const [log = 0, insert = 0, nothing = 0] = await alternateLoad(LOG_CLIENTS, [
    () => request("log-append"),
    () => request("object-insert"),
    () => request("object-call"),
  ]);
  return { log, insert, nothing };
}

/** Calls per second of each, the median of its rounds. */
async function alternateLoad(
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
