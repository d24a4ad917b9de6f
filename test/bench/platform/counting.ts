// A D1 binding, and the stubs of the Durable Objects, that write down each round trip. Bundled into a copy of
// the product by roundtrips.ts; its rows, its desk and its log are the real ones.

export interface Trip {
  /** The request, as `POST /approve/{id}/decision`, or "desk". */
  readonly who: string;
  readonly what: "read" | "write" | "desk" | "log" | "woken";
  /** How many statements went together; calls of objects count as one. */
  readonly statements: number;
  /** How long it was waited for; in whole milliseconds, as a Worker's clock goes. */
  readonly milliseconds: number;
}

const trips: Trip[] = [];
const RUN = ["run", "all", "raw", "first"];
/** The method with the name of what it is called on: what a use case waits for. */
const METHODS = ["requestSealing", "wait", "wakeAt", "append", "appendOfOneTenant"];

type Callable = (...values: readonly unknown[]) => unknown;
type Objects = Readonly<Record<string, Callable>>;
interface Client {
  prepare(text: string): object;
  batch(statements: readonly object[]): Promise<unknown>;
}

/** The bindings with which the product is started, each round trip noted as of `who`. */
export function countedEnv<Env extends object>(env: Env, who: string): Env {
  const { DB, DESK, LOG } = env as unknown as { DB: Client; DESK: Objects; LOG: Objects };
  const counted: unknown = {
    ...env,
    DB: countedClient(DB, who),
    DESK: countedObjects(DESK, "desk", who),
    LOG: countedObjects(LOG, "log", who),
  };
  return counted as Env;
}

/** Who asks: a request without what differs from one to the next. */
export function callerOf(request: Request): string {
  const { pathname } = new URL(request.url);
  return `${request.method} ${pathname.replaceAll(/c_[0-9a-z_-]+/giu, "{id}")}`;
}

/** The desk has let a waiter go. */
export function noteWoken(): void {
  trips.push({ who: "desk", what: "woken", statements: 0, milliseconds: 0 });
}

/** All since the last time. */
export function takeTrips(): readonly Trip[] {
  return trips.splice(0);
}

function countedClient(real: Client, who: string): Client {
  const kept = new WeakMap<object, { statement: object; text: string }>();
  const wrap = (statement: object, text: string): object => {
    const wrapped = new Proxy(statement, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...values: readonly unknown[]) => {
          const result = (): unknown => Reflect.apply(value, target, values);
          if (RUN.includes(String(name))) return noted({ who, what: kindOf([text]), statements: 1 }, result);
          return name === "bind" ? wrap(result() as object, text) : result();
        };
      },
    });
    kept.set(wrapped, { statement, text });
    return wrapped;
  };
  return {
    prepare: (text) => wrap(real.prepare(text), text),
    batch(statements) {
      const held = statements.flatMap((each) => kept.get(each) ?? []);
      const trip = { who, what: kindOf(held.map(({ text }) => text)), statements: held.length };
      return noted(trip, () => real.batch(held.map(({ statement }) => statement)));
    },
  };
}

function countedObjects(namespace: Objects, what: "desk" | "log", who: string) {
  return new Proxy(namespace, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...values: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, values);
        return name === "getByName" ? countedStub(result as object, what, who) : result;
      };
    },
  });
}

function countedStub(stub: object, what: "desk" | "log", who: string): object {
  return new Proxy(stub, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...values: readonly unknown[]): unknown => {
        const result = (): unknown => Reflect.apply(value, target, values);
        return METHODS.includes(String(name)) ? noted({ who, what, statements: 1 }, result) : result();
      };
    },
  });
}

/** Noted in the order in which they began. */
async function noted(trip: Omit<Trip, "milliseconds">, run: () => unknown): Promise<unknown> {
  const note = { ...trip, milliseconds: 0 };
  trips.push(note);
  const start = Date.now();
  try {
    return await run();
  } finally {
    note.milliseconds = Date.now() - start;
  }
}

function kindOf(texts: readonly string[]): "read" | "write" {
  return texts.every((text) => /^\s*select\b/iu.test(text)) ? "read" : "write";
}
