import type { AllRowsOf, Run } from "../prepared-statement.ts";
import type { Memory, Place } from "./desk-memory.ts";

/** Something that is read each time. */
interface Read<Value> {
  /** The statements that read it. */
  readonly runs: readonly Run[];
  readonly from: (results: readonly (readonly unknown[])[]) => Value | undefined;
}

/** Something that is found by a key and can be remembered. */
export interface LookUp<Value> extends Place<Value>, Read<Value> {}

type Found<Reads extends readonly Read<unknown>[]> = {
  -readonly [Place in keyof Reads]: Reads[Place] extends Read<infer Value> ? Value | undefined : never;
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
export async function lookUp<const Reads extends readonly (LookUp<unknown> | Read<unknown>)[]>(
  store: Store,
  reads: Reads,
): Promise<Found<Reads>> {
  const { memory } = store;
  const runs: Run[] = [];
  const { promise: results, resolve, reject } = Promise.withResolvers<readonly (readonly unknown[])[]>();
  const read = (one: Read<unknown>) => {
    const start = runs.length;
    runs.push(...one.runs);
    return results.then((rows) => one.from(rows.slice(start, start + one.runs.length)));
  };
  const values = reads.map(async (one) => {
    if (memory === undefined || !("among" in one)) return read(one);
    const remembered = one.among(memory);
    const known = remembered.get(one.key) ?? remembered.loading(one.key);
    return known === undefined ? remembered.load(one.key, read(one)) : known;
  });
  if (runs.length > 0) store.run(runs).then(resolve, reject);
  return (await Promise.all(values)) as Found<Reads>;
}
