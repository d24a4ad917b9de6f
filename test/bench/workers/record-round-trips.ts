// A copy of the bindings that records each round trip to D1, to a Desk and to the Log. All of a Worker's code and its
// objects share this module, because on one machine they run in one isolate.

export interface RoundTrip {
  /** "wake" is no round trip: at that moment a waiting call got its outcome. */
  readonly target: "read" | "write" | "desk" | "log" | "wake";
  /** The number of statements in one round trip. A call of an object counts as one. */
  readonly statements: number;
  /** The waiting time, in whole milliseconds, as a Worker's clock has no finer ones. */
  readonly milliseconds: number;
  /** Whether it ended after a wake: the woken call has not waited for it. */
  readonly isAfterWake: boolean;
}

const trips: RoundTrip[] = [];
const RUN_METHODS = ["run", "all", "raw", "first"];
const DATABASE = /^DB(?:_\d+)?$/;

type Callable = (...values: readonly unknown[]) => unknown;
interface Database {
  prepare(text: string): object;
  batch(statements: readonly object[]): Promise<unknown>;
}

export function recordingEnv<Env extends object>(env: Env): Env {
  const recording = Object.entries(env).map(([name, binding]: [string, unknown]) => {
    if (DATABASE.test(name)) return [name, recordingDatabase(binding as Database)];
    if (name === "DESK") return [name, recordingObjects(binding as object, "desk")];
    return [name, name === "LOG" ? recordingObjects(binding as object, "log") : binding];
  });
  return Object.fromEntries(recording) as Env;
}

/** Records that a waiting call got its outcome. */
export function recordWake(): void {
  trips.push({ target: "wake", statements: 0, milliseconds: 0, isAfterWake: false });
}

/** The round trips since the last call. */
export function takeRoundTrips(): readonly RoundTrip[] {
  return trips.splice(0);
}

function recordingDatabase(real: Database): Database {
  const wrappedStatements = new WeakMap<object, { statement: object; text: string }>();
  const wrap = (statement: object, text: string): object => {
    const wrapped = withMethods(statement, (name, call) => {
      if (RUN_METHODS.includes(name)) return recorded({ target: kindOf([text]), statements: 1 }, call);
      return name === "bind" ? wrap(call() as object, text) : call();
    });
    wrappedStatements.set(wrapped, { statement, text });
    return wrapped;
  };
  return {
    prepare: (text) => wrap(real.prepare(text), text),
    batch(statements) {
      const originals = statements.flatMap((each) => wrappedStatements.get(each) ?? []);
      const trip = { target: kindOf(originals.map(({ text }) => text)), statements: originals.length };
      return recorded(trip, () => real.batch(originals.map(({ statement }) => statement)));
    },
  };
}

function recordingObjects(namespace: object, target: "desk" | "log"): object {
  return withMethods(namespace, (name, call) => {
    if (name !== "getByName") return call();
    return withMethods(call() as object, (_name, callObject) =>
      recorded({ target, statements: 1 }, callObject),
    );
  });
}

/** The same object, with `intercept` around each call of a method. */
function withMethods(real: object, intercept: (name: string, call: () => unknown) => unknown): object {
  return new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...values: readonly unknown[]) =>
        intercept(String(name), () => Reflect.apply(value as Callable, target, values));
    },
  });
}

/** Recorded in the order of their starts. */
async function recorded(
  trip: Pick<RoundTrip, "target" | "statements">,
  run: () => unknown,
): Promise<unknown> {
  const record = { ...trip, milliseconds: 0, isAfterWake: false };
  trips.push(record);
  const start = Date.now();
  try {
    return await run();
  } finally {
    record.milliseconds = Date.now() - start;
    record.isAfterWake = trips.some(({ target }) => target === "wake");
  }
}

function kindOf(texts: readonly string[]): "read" | "write" {
  return texts.every(
    (text) => /^\s*(?:select|with)\b/iu.test(text) && !/\b(?:insert|update|delete)\b/iu.test(text),
  )
    ? "read"
    : "write";
}
