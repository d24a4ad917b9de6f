import type { AllRowsOf, Run } from "../prepared-statement.ts";
import type { Memory, Place } from "./desk-memory.ts";

/** Something that is found by a key and can be remembered. */
export interface LookUp<Value> extends Place<Value> {
  /** The statements that read it. */
  readonly runs: readonly Run[];
  readonly from: (results: readonly (readonly unknown[])[]) => Value | undefined;
}

type Found<LookUps extends readonly LookUp<unknown>[]> = {
  -readonly [Place in keyof LookUps]: LookUps[Place] extends LookUp<infer Value> ? Value | undefined : never;
};

export function makeLookUp<const Runs extends readonly Run[], Value>(
  among: LookUp<Value>["among"],
  key: string,
  runs: Runs,
  from: (results: AllRowsOf<Runs>) => Value | undefined,
): LookUp<Value> {
  return { among, key, runs, from: (results) => from(results as AllRowsOf<Runs>) };
}

interface Store {
  readonly memory: Memory | undefined;
  run(runs: readonly Run[]): Promise<readonly (readonly unknown[])[]>;
}

/**
 * Finds these, in one round trip for all that are not remembered; undefined for what does not exist. What is
 * remembered may be older than what is read, by MEMORY_SECONDS at most.
 */
export async function lookUp<const LookUps extends readonly LookUp<unknown>[]>(
  store: Store,
  lookUps: LookUps,
): Promise<Found<LookUps>> {
  const { memory } = store;
  const runs: Run[] = [];
  const { promise: results, resolve, reject } = Promise.withResolvers<readonly (readonly unknown[])[]>();
  const values = lookUps.map(async (one) => {
    const remembered = memory && one.among(memory);
    const known = remembered?.get(one.key) ?? remembered?.loading(one.key);
    if (known !== undefined) return known;
    const start = runs.length;
    runs.push(...one.runs);
    const value = results.then((rows) => one.from(rows.slice(start, start + one.runs.length)));
    return remembered ? remembered.load(one.key, value) : value;
  });
  if (runs.length > 0) store.run(runs).then(resolve, reject);
  return (await Promise.all(values)) as Found<LookUps>;
}
