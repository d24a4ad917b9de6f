import { performance } from "node:perf_hooks";
import { serveBenchWorker } from "./bench-worker.ts";
import { expectCall } from "../measure/http-client-pool.ts";
import { median } from "../measure/measure.ts";

// The bare platform under the product: each unit of work has a path in one Worker.

export const UNITS = {
  nothing: "a request that does nothing",
  "d1-read": "with one D1 read",
  "d1-batch": "with one D1 batch of three rows",
  "object-call": "with one call of a Durable Object",
  "object-insert": "with one insert in a Durable Object",
  "log-append": "with one append to the Log, signed",
};
export type Unit = keyof typeof UNITS;

const UNIT_RUNS = 60;
const UNIT_WARM_UP_RUNS = 20;

export interface BarePlatform {
  readonly request: (unit: Unit) => Promise<unknown>;
  /** The time of each unit for a single caller, p50 in milliseconds, measured alternately. */
  readonly alone: () => Promise<Readonly<Record<Unit, number>>>;
  readonly stop: () => Promise<void>;
}

export async function startPlatform(): Promise<BarePlatform> {
  const { url, stop } = await serveBenchWorker("bare-platform-worker");
  const request = (unit: Unit) => expectCall(200, `${url}/${unit}`);
  await expectCall(200, `${url}/tables`);
  return {
    request,
    stop,
    async alone() {
      const units = Object.keys(UNITS) as Unit[];
      const times = new Map(units.map((unit): [Unit, number[]] => [unit, []]));
      for (let run = -UNIT_WARM_UP_RUNS; run < UNIT_RUNS; run++) {
        for (const unit of units) {
          const start = performance.now();
          await request(unit);
          if (run >= 0) times.get(unit)?.push(performance.now() - start);
        }
      }
      return Object.fromEntries([...times].map(([unit, each]) => [unit, median(each)])) as Record<
        Unit,
        number
      >;
    },
  };
}
