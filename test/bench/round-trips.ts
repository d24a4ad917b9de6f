import { freePort } from "../support/product/product.ts";
import { serveBenchWorker } from "./platform/bench-worker.ts";
import { expectCall } from "./measure/http-client-pool.ts";
import { approvedAt, countersignAt } from "./peers/countersign.ts";
import { median } from "./measure/measure.ts";
import type { RoundTrip } from "./platform/record-round-trips.ts";

// How often and how long each step of the flow waits for a database or a Durable Object, recorded in the product's own
// code during real requests, one at a time.

const SOURCE = `
import product, { Desk as RealDesk } from "./src/worker.ts";
import { createTenant } from "./src/app/account/create-tenant.ts";
import { createRuntime } from "./src/app/create-runtime.ts";
import { callerOf, recordingEnv, recordWake, takeRoundTrips } from "./test/bench/platform/record-round-trips.ts";
import { DurableObject } from "cloudflare:workers";
export { Log } from "./src/log/log.ts";
export class Rows extends DurableObject {}
export class Desk extends RealDesk {
  constructor(state, env) {
    super(state, recordingEnv(env, "desk"));
  }
  async wait(...values) {
    const end = await super.wait(...values);
    recordWake();
    return end;
  }
}
export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/trips") return Response.json(takeRoundTrips());
    if (pathname === "/bench/tenant") {
      const { apiKey, enrolUrl } = await createTenant(createRuntime(env), "Bench", "alex");
      return Response.json({ apiKey, enrolUrl });
    }
    return product.fetch(request, recordingEnv(env, callerOf(request)), context);
  },
};
`;
/** Long enough for a call to start waiting. */
const SETTLE_MILLISECONDS = 100;
/** The first requests also store when a key was last used. */
const WARM_UP_ROUNDS = 5;
const ROUNDS = 25;

export interface Step {
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  readonly statements: number;
  /** Calls of the Desk and of the Log. */
  readonly calls: number;
  /** The time spent waiting for D1 and for the Log, in milliseconds. */
  readonly database: number;
  readonly log: number;
}

export async function countRoundTrips(): Promise<readonly Step[]> {
  const port = await freePort();
  const { stop } = await serveBenchWorker(SOURCE, port);
  try {
    const url = `http://localhost:${port}`;
    const created = await expectCall(200, `${url}/bench/tenant`);
    const { apiKey, enrolUrl } = JSON.parse(created.text) as { apiKey: string; enrolUrl: string };
    const countersign = await countersignAt(url, apiKey, enrolUrl);
    const trips = async () =>
      JSON.parse((await expectCall(200, `${url}/bench/trips`)).text) as readonly RoundTrip[];
    const rounds: (readonly Step[])[] = [];
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      await trips();
      const id = await countersign.create();
      const create = await trips();
      await countersign.poll(id);
      const poll = await trips();
      const decide = await countersign.sign(id);
      const prepare = await trips();
      const waiter = countersign.wait(id, 25).then(approvedAt);
      await settled();
      const wait = await trips();
      const posted = decide();
      await waiter;
      await posted;
      await settled();
      const decided = await trips();
      await countersign.consume(id);
      const consume = await trips();
      if (round < 0) continue;
      rounds.push([
        step("create", create),
        step("poll", poll),
        step("page and ceremony (not in a figure)", prepare),
        step("waiting starts (not in a figure)", wait),
        ...stepsOf(decided),
        step("consume", consume),
      ]);
    }
    return medianOf(rounds);
  } finally {
    await stop();
  }
}

/** The parts after the decision has arrived, by the caller that waited. */
function stepsOf(trips: readonly RoundTrip[]): readonly Step[] {
  const byDecider = trips.filter(({ caller }) => caller.startsWith("POST"));
  const byDesk = trips.filter(({ caller }) => caller === "desk");
  const woken = byDesk.findIndex(({ target }) => target === "wake");
  const sealingCall = byDecider.findIndex(({ target }) => target === "desk") + 1;
  return [
    step("decide: until it requests sealing", byDecider.slice(0, sealingCall)),
    step("seal: in the Desk, until the wake", byDesk.slice(0, woken)),
    step(
      "wake: the waiting call reads and answers",
      trips.filter(({ caller }) => caller.startsWith("GET")),
    ),
    step("after the wake: in the Desk (not in a figure)", byDesk.slice(woken)),
    step("after that: the answer to the decision (not in a figure)", byDecider.slice(sealingCall)),
  ];
}

function step(name: string, trips: readonly RoundTrip[]): Step {
  const of = (target: RoundTrip["target"]) => trips.filter((trip) => trip.target === target);
  const [reads, writes] = [of("read"), of("write")];
  return {
    name,
    reads: reads.length,
    writes: writes.length,
    statements: sum([...reads, ...writes].map((trip) => trip.statements)),
    calls: of("desk").length + of("log").length,
    database: sum([...reads, ...writes].map(({ milliseconds }) => milliseconds)),
    log: sum(of("log").map(({ milliseconds }) => milliseconds)),
  };
}

/** The steps of all rounds are the same; only their times differ. */
function medianOf(rounds: readonly (readonly Step[])[]): readonly Step[] {
  const [first = []] = rounds;
  const middle = (place: number, of: (step: Step | undefined) => number | undefined) =>
    median(rounds.map((steps) => of(steps[place]) ?? 0));
  return first.map((each, place) => ({
    ...each,
    database: middle(place, (of) => of?.database),
    log: middle(place, (of) => of?.log),
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
}
