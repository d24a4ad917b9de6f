import { serveBenchWorker } from "./platform/bench-worker.ts";
import { expectCall } from "./measure/http-client-pool.ts";
import { approvedAt, newTenant } from "./peers/countersign.ts";
import { median } from "./measure/measure.ts";
import type { RoundTrip } from "./workers/record-round-trips.ts";

// How often and how long each step of the flow waits for a database or a Durable Object, recorded in the product's own
// code during real requests, one at a time.

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
  /** The most round trips to D1 that the design allows. */
  readonly aim: number | undefined;
}

export async function countRoundTrips(): Promise<readonly Step[]> {
  const { url, stop } = await serveBenchWorker("recording-worker");
  try {
    const countersign = await newTenant(url);
    const trips = async () =>
      JSON.parse((await expectCall(200, `${url}/bench/trips`)).text) as readonly RoundTrip[];
    const rounds: (readonly Step[])[] = [];
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      await trips();
      const id = await countersign.create();
      const create = await trips();
      await countersign.poll(id);
      const firstPoll = await trips();
      await countersign.poll(id);
      const poll = await trips();
      const decide = await countersign.sign(id);
      const prepare = await trips();
      const waiter = countersign.wait(id, 25).then(approvedAt);
      await settled();
      const wait = await trips();
      await Promise.all([decide(), waiter]);
      await settled();
      const decided = await trips();
      await countersign.consume(id);
      const consume = await trips();
      if (round < 0) continue;
      rounds.push([
        step("create", create, 1),
        step("first poll of a pending request", firstPoll),
        step("a later poll", poll, 0),
        step("page with its ceremony", prepare, 2),
        step("a waiting call starts", wait),
        step(
          "decide, until the waiting call wakes",
          decided.filter(({ isAfterWake }) => !isAfterWake),
          1,
        ),
        step(
          "  after that",
          decided.filter(({ isAfterWake }) => isAfterWake),
        ),
        step("consume", consume, 2),
      ]);
    }
    return medianOf(rounds);
  } finally {
    await stop();
  }
}

function step(name: string, trips: readonly RoundTrip[], aim?: number): Step {
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
    aim,
  };
}

/** A round may read once more, what was remembered for too long, so counts are medians, too. */
function medianOf(rounds: readonly (readonly Step[])[]): readonly Step[] {
  const [first = []] = rounds;
  return first.map(({ name, aim }, place) => {
    const middle = (of: (step: Step) => number) =>
      median(rounds.flatMap((steps) => steps[place] ?? []).map(of));
    return {
      name,
      aim,
      reads: middle(({ reads }) => reads),
      writes: middle(({ writes }) => writes),
      statements: middle(({ statements }) => statements),
      calls: middle(({ calls }) => calls),
      database: middle(({ database }) => database),
      log: middle(({ log }) => log),
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MILLISECONDS));
}
