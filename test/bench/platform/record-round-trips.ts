// A D1 binding and stubs of the Durable Objects that record each round trip. round-trips.ts bundles them into a copy of
// the product, with the real D1, Desk and Log.

export interface RoundTrip {
  /** The request, as `POST /approve/{id}/decision`, or "desk". */
  readonly caller: string;
  readonly target: "read" | "write" | "desk" | "log" | "wake";
  /** The number of statements in one round trip. A call of an object counts as one. */
  readonly statements: number;
  /** The waiting time, in whole milliseconds, as a Worker's clock has no finer ones. */
  readonly milliseconds: number;
}

const trips: RoundTrip[] = [];
const RUN_METHODS = ["run", "all", "raw", "first"];
/** The methods of Desk and Log that a use case waits for. */
const OBJECT_METHODS = ["requestSealing", "wait", "wakeAt", "append", "appendOfOneTenant"];

type Callable = (...values: readonly unknown[]) => unknown;
type Objects = Readonly<Record<string, Callable>>;
interface Client {
  prepare(text: string): object;
  batch(statements: readonly object[]): Promise<unknown>;
}

/** The product's bindings, with each round trip recorded for this caller. */
export function recordingEnv<Env extends object>(env: Env, caller: string): Env {
  const { DB, DESK, LOG } = env as unknown as { DB: Client; DESK: Objects; LOG: Objects };
  const recording: unknown = {
    ...env,
    DB: recordingClient(DB, caller),
    DESK: recordingObjects(DESK, "desk", caller),
    LOG: recordingObjects(LOG, "log", caller),
  };
  return recording as Env;
}

/** The method and path of a request, without its ids. */
export function callerOf(request: Request): string {
  const { pathname } = new URL(request.url);
  return `${request.method} ${pathname.replaceAll(/c_[0-9a-z_-]+/giu, "{id}")}`;
}

/** Records that the Desk has woken a waiting call. */
export function recordWake(): void {
  trips.push({ caller: "desk", target: "wake", statements: 0, milliseconds: 0 });
}

/** The round trips since the last call. */
export function takeRoundTrips(): readonly RoundTrip[] {
  return trips.splice(0);
}

function recordingClient(real: Client, caller: string): Client {
  const wrappedStatements = new WeakMap<object, { statement: object; text: string }>();
  const wrap = (statement: object, text: string): object => {
    const wrapped = new Proxy(statement, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...values: readonly unknown[]) => {
          const result = (): unknown => Reflect.apply(value, target, values);
          if (RUN_METHODS.includes(String(name)))
            return recorded({ caller, target: kindOf([text]), statements: 1 }, result);
          return name === "bind" ? wrap(result() as object, text) : result();
        };
      },
    });
    wrappedStatements.set(wrapped, { statement, text });
    return wrapped;
  };
  return {
    prepare: (text) => wrap(real.prepare(text), text),
    batch(statements) {
      const originals = statements.flatMap((each) => wrappedStatements.get(each) ?? []);
      const trip = {
        caller,
        target: kindOf(originals.map(({ text }) => text)),
        statements: originals.length,
      };
      return recorded(trip, () => real.batch(originals.map(({ statement }) => statement)));
    },
  };
}

function recordingObjects(namespace: Objects, object: "desk" | "log", caller: string) {
  return new Proxy(namespace, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...values: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, values);
        return name === "getByName" ? recordingStub(result as object, object, caller) : result;
      };
    },
  });
}

function recordingStub(stub: object, object: "desk" | "log", caller: string): object {
  return new Proxy(stub, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...values: readonly unknown[]): unknown => {
        const result = (): unknown => Reflect.apply(value, target, values);
        return OBJECT_METHODS.includes(String(name))
          ? recorded({ caller, target: object, statements: 1 }, result)
          : result();
      };
    },
  });
}

/** Recorded in the order of their starts. */
async function recorded(trip: Omit<RoundTrip, "milliseconds">, run: () => unknown): Promise<unknown> {
  const record = { ...trip, milliseconds: 0 };
  trips.push(record);
  const start = Date.now();
  try {
    return await run();
  } finally {
    record.milliseconds = Date.now() - start;
  }
}

function kindOf(texts: readonly string[]): "read" | "write" {
  return texts.every((text) => /^\s*select\b/iu.test(text)) ? "read" : "write";
}
