import type { LogClient, Platform, Runtime } from "../../../src/app/runtime.ts";
import { insertConfirmations } from "../../../src/store/confirmation/new-confirmations.ts";
import { sealAll } from "../../../src/app/sealing/seal.ts";
import { openDatabases, type DatabaseBindings, type Databases } from "../../../src/store/database.ts";
import { TenantStore } from "../../../src/store/tenant-store.ts";
import { databaseOf } from "../../../src/store/tenant-lookup.ts";

// A runtime whose n-th write fails: it is not done, or done and reported as failed. A write is a statement or batch that
// changes the database, an append to the log, or a call of the desk. The desk runs in this runtime, too, so that its
// writes fail like the others.

export type Moment = "before" | "after";

export class Fault {
  readonly #call: number;
  readonly #moment: Moment;
  #count = 0;
  /** The write that failed, if one did. */
  failedWrite: string | undefined;

  constructor(call: number, moment: Moment) {
    this.#call = call;
    this.#moment = moment;
  }

  async intercept<Value>(name: string, real: () => Promise<Value>): Promise<Value> {
    const fails = this.#count++ === this.#call;
    if (!fails) return real();
    this.failedWrite = name;
    if (this.#moment === "before") throw new Error(`${name} failed`);
    await real();
    throw new Error(`${name} was done and its answer is lost`);
  }
}

/** After its write that fails nothing else happens. */
export class End extends Fault {
  override async intercept<Value>(name: string, real: () => Promise<Value>): Promise<Value> {
    if (this.failedWrite !== undefined) throw new Error(`${name} is not called any more`);
    return super.intercept(name, real);
  }
}

/** Nothing fails. */
export const noFault = (): Fault => new Fault(-1, "before");

/** A runtime of this tenant. Use its rows through `storeIn`. */
export function failingRuntime(
  { tenantId }: TenantStore,
  platform: Platform,
  bindings: DatabaseBindings,
  fault: Fault,
): Runtime {
  const databases = openDatabases(faultyBindings(bindings, fault));
  const log: LogClient = {
    append: (entries, minLogSize) =>
      fault.intercept("log.append", () => platform.log.append(entries, minLogSize)),
    proof: (index) => platform.log.proof(index),
    vkey: () => platform.log.vkey(),
  };
  const store = storeOf(databases, tenantId);
  const unheard = { onSealed: () => undefined, onReport: () => undefined };
  const desk: Runtime["desk"] = {
    create: (draft) =>
      fault.intercept("desk.create", async () => (await insertConfirmations(store, [draft])).ids.size === 1),
    seal: () => fault.intercept("desk.seal", async () => void (await sealAll(store, log, unheard))),
    send: () => undefined,
    waitFor: async () => true,
    wakePages: () => undefined,
  };
  return { ...platform, databases, log, desk };
}

/** The tenant's rows in this runtime's databases. */
export function storeIn({ databases }: Runtime, { tenantId }: TenantStore): TenantStore {
  return storeOf(databases, tenantId);
}

function storeOf(databases: Databases, ref: string): TenantStore {
  const database = databaseOf(databases, ref);
  if (database === undefined) throw new RangeError("the shard of this tenant has no binding");
  return new TenantStore(database, ref);
}

const RUN = ["run", "all", "raw", "first"];

function faultyBindings(bindings: DatabaseBindings, fault: Fault): DatabaseBindings {
  const entries = Object.entries(bindings).map(([name, value]) => [
    name,
    /^DB(_\d+)?$/.test(name) ? faultyDatabase(value as D1Database, fault) : value,
  ]);
  return Object.fromEntries(entries) as DatabaseBindings;
}

/** Whether a statement with this text is intercepted. */
type Intercepted = (text: string) => boolean;

export function faultyDatabase(
  real: D1Database,
  fault: Pick<Fault, "intercept">,
  isIntercepted: Intercepted = isWrite,
): D1Database {
  const wrappedOnes = new WeakMap<object, { statement: D1PreparedStatement; text: string }>();
  const wrap = (statement: D1PreparedStatement, text: string): D1PreparedStatement => {
    const wrapped = new Proxy(statement, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values), text);
        const call = (...values: unknown[]) => Reflect.apply(value, target, values) as Promise<unknown>;
        return RUN.includes(String(name)) && isIntercepted(text)
          ? (...values: unknown[]) => fault.intercept(wordsOf(text), () => call(...values))
          : call;
      },
    });
    wrappedOnes.set(wrapped, { statement, text });
    return wrapped;
  };
  const client = {
    prepare: (text: string) => wrap(real.prepare(text), text),
    batch: async (statements: D1PreparedStatement[]) => {
      const unwrapped = statements.flatMap((each) => wrappedOnes.get(each) ?? []);
      const batch = () => real.batch(unwrapped.map(({ statement }) => statement));
      const writes = unwrapped.filter(({ text }) => isIntercepted(text));
      return writes.length === 0
        ? batch()
        : fault.intercept(writes.map(({ text }) => wordsOf(text)).join(", "), batch);
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
