import type { ClerkPort, LogPort, World } from "../../src/app/world.ts";
import { writeOpenings } from "../../src/store/openings.ts";
import { sealAll } from "../../src/app/seal.ts";
import { openDatabase } from "../../src/store/db.ts";
import { storeOfClerk } from "../../src/store/lookup.ts";

// A world whose n-th write fails: not done, or done and reported failed. A write is a statement or batch that
// changes the database, an append to the log, and a ring of the clerk, which here lives in this world too,
// so that its writes fail like the others.

export type Moment = "before" | "after";

export class Fault {
  readonly #call: number;
  readonly #moment: Moment;
  #count = 0;
  /** What was struck, once it was. */
  struck: string | undefined;

  constructor(call: number, moment: Moment) {
    this.#call = call;
    this.#moment = moment;
  }

  async strike<Value>(name: string, real: () => Promise<Value>): Promise<Value> {
    const mine = this.#count++ === this.#call;
    if (!mine) return real();
    this.struck = name;
    if (this.#moment === "before") throw new Error(`${name} failed`);
    await real();
    throw new Error(`${name} was done and its answer is lost`);
  }
}

/** One that strikes nothing. */
export const noFault = (): Fault => new Fault(-1, "before");

export function faultyWorld(world: World, bindings: { readonly DB: D1Database }, fault: Fault): World {
  const database = openDatabase({ DB: faultyDatabase(bindings.DB, fault) });
  const log: LogPort = {
    append: (entries, known) => fault.strike("log.append", () => world.log.append(entries, known)),
    proofs: (indices) => world.log.proofs(indices),
    vkey: () => world.log.vkey(),
  };
  const clerk = (tenantId: string): ClerkPort => ({
    open: (opening) =>
      fault.strike("clerk.open", async () => {
        const made = await writeOpenings(storeOfClerk(database, tenantId), [opening]);
        return made.size === 1;
      }),
    ring: () =>
      fault.strike("clerk.ring", async () => {
        const store = storeOfClerk(database, tenantId);
        await sealAll(store, log, async () => undefined);
      }),
    wait: async () => ({ attended: true, told: null }),
    hangUp: async () => undefined,
    wakeAt: (at) => fault.strike("clerk.wakeAt", async () => at),
  });
  return { ...world, database, log, clerk };
}

const RUN = ["run", "all", "raw", "first"];

function faultyDatabase(real: D1Database, fault: Fault): D1Database {
  const kept = new WeakMap<object, { statement: D1PreparedStatement; text: string }>();
  const wrap = (statement: D1PreparedStatement, text: string): D1PreparedStatement => {
    const wrapped = new Proxy(statement, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values), text);
        const call = (...values: unknown[]) => Reflect.apply(value, target, values) as Promise<unknown>;
        return RUN.includes(String(name)) && isWrite(text)
          ? (...values: unknown[]) => fault.strike(wordsOf(text), () => call(...values))
          : call;
      },
    });
    kept.set(wrapped, { statement, text });
    return wrapped;
  };
  const client = {
    prepare: (text: string) => wrap(real.prepare(text), text),
    batch: async (statements: D1PreparedStatement[]) => {
      const held = statements.flatMap((each) => kept.get(each) ?? []);
      const batch = () => real.batch(held.map(({ statement }) => statement));
      const writes = held.filter(({ text }) => isWrite(text));
      return writes.length === 0
        ? batch()
        : fault.strike(writes.map(({ text }) => wordsOf(text)).join(", "), batch);
    },
  };
  return client as D1Database;
}

function isWrite(text: string): boolean {
  return !/^\s*select\b/iu.test(text);
}

/** Such as `insert into "steps"`. */
function wordsOf(text: string): string {
  return text.trim().split(/\s+/u).slice(0, 3).join(" ");
}
