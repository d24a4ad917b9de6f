import { reset } from "cloudflare:test";
import { eq, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { secretHash } from "../../../../src/app/account/secret-hash.ts";
import { findKeyByHash } from "../../../../src/store/account/api-keys.ts";
import { activePasskeysOf } from "../../../../src/store/account/passkeys.ts";
import { findPerson, findPersonByName } from "../../../../src/store/account/people.ts";
import { findSessionByHash } from "../../../../src/store/account/sessions.ts";
import { confirmationRows, readConfirmation } from "../../../../src/store/confirmation/confirmations.ts";
import { openDatabases } from "../../../../src/store/database.ts";
import { Memory } from "../../../../src/store/memory/desk-memory.ts";
import { MEMORY_SECONDS } from "../../../../src/store/memory/remembered.ts";
import { apiKeys, confirmations, credentials, people, sessions } from "../../../../src/store/schema.ts";
import { openTenant } from "../../../../src/store/tenant-lookup.ts";
import { prepared, type TenantStore } from "../../../../src/store/tenant-store.ts";
import { rows } from "../../support/database-rows.ts";
import { faultyDatabase } from "../../support/failing-writes.ts";
import { bindings, freshPlatform, newCompany, sessionOf } from "../../support/worker-fixture.ts";

// What a store with a memory answers, against the rows. Some columns are counters here: each write sets one to a higher
// value, through the store or behind its back, and the database answers late, fails, or loses its answer. A read must
// see every write through the store that was acknowledged before, and every other one after 10 seconds.

const RUNS = 60;
const OPERATIONS = 80;
let tenant: string;
let ids: Readonly<
  Record<"key" | "hash" | "session" | "secret" | "passkey" | "person" | "confirmation", string>
>;
afterAll(() => reset());
beforeAll(async () => {
  const company = await newCompany(await freshPlatform());
  tenant = company.store.tenantId;
  const [passkey] = await rows("SELECT id, person_id FROM credentials");
  const secret = await sessionOf(company, String(passkey?.["id"]));
  const hash = secretHash(company.apiKey);
  const [key] = await rows("SELECT id FROM api_keys WHERE hash = ?1", hash);
  const [session] = await rows("SELECT id FROM sessions WHERE hash = ?1", secretHash(secret));
  ids = {
    key: String(key?.["id"]),
    hash,
    session: String(session?.["id"]),
    secret: secretHash(secret),
    passkey: String(passkey?.["id"]),
    person: String(passkey?.["person_id"]),
    confirmation: await company.asked(),
  };
}, 60_000);

type Counter = "key" | "session" | "passkey" | "person" | "confirmation";
const COUNTERS: readonly Counter[] = ["key", "session", "passkey", "person", "confirmation"];
/** So that the texts are in the order of the values. */
const textOf = (value: number) => String(1e15 + value);
const valueOf = (text: string | number | null | undefined) => Number(text) - 1e15;

/** Of two writes that overlap the database may make the later one first. */
const highest = (column: unknown, value: number) => sql`max(coalesce(${column}, ''), ${textOf(value)})`;
const COUNT_CONFIRMATION = prepared(
  confirmations,
  (scope) =>
    scope.update(
      confirmations,
      { metadata: sql`max(coalesce(metadata, ''), ${sql.placeholder("text")})` },
      eq(confirmations.id, sql.placeholder("id")),
    ),
  "id",
);

/** As different callers write: one statement alone, a batch, and a statement that says which row it changes. */
const WRITES: Readonly<Record<Counter, (store: TenantStore, value: number) => Promise<unknown>>> = {
  key: async (store, value) =>
    store.update(apiKeys, { name: highest(apiKeys.name, value) }, eq(apiKeys.id, ids.key)),
  session: async (store, value) =>
    store
      .update(sessions, { expiresAt: sql`max(expires_at, ${1e15 + value})` }, eq(sessions.id, ids.session))
      .returning(),
  passkey: async (store, value) =>
    store.batch([
      store.update(
        credentials,
        { label: highest(credentials.label, value) },
        eq(credentials.id, ids.passkey),
      ),
    ]),
  person: async (store, value) =>
    store.update(people, { userHandle: highest(people.userHandle, value) }, eq(people.id, ids.person)),
  confirmation: async (store, value) => {
    const { runs, from } = confirmationRows(ids.confirmation);
    const count = COUNT_CONFIRMATION.with({ id: ids.confirmation, text: textOf(value) });
    await store.run([count, ...runs], ([, ...results], change) => {
      const after = from(results);
      if (after) change.keep(confirmationRows(ids.confirmation), after);
    });
  },
};

const COLUMNS = [
  ["api_keys", "name"],
  ["sessions", "expires_at"],
  ["credentials", "label"],
  ["people", "user_handle"],
  ["confirmations", "metadata"],
] as const;

/** Behind the store's back. */
const EDITS: Readonly<Record<Counter, string>> = {
  key: "UPDATE api_keys SET name = max(name, ?1) WHERE id = ?2",
  session: "UPDATE sessions SET expires_at = max(expires_at, CAST(?1 AS INTEGER)) WHERE id = ?2",
  passkey: "UPDATE credentials SET label = max(label, ?1) WHERE id = ?2",
  person: "UPDATE people SET user_handle = max(user_handle, ?1) WHERE id = ?2",
  confirmation: "UPDATE confirmations SET metadata = max(coalesce(metadata, ''), ?1) WHERE id = ?2",
};

/** What each read says of the counters. */
const READS: Readonly<Record<string, (store: TenantStore) => Promise<Partial<Record<Counter, number>>>>> = {
  key: async (store) => ({ key: valueOf((await findKeyByHash(store, ids.hash, 0))?.key.name) }),
  session: async (store) => {
    const found = await findSessionByHash(store, ids.secret, 0);
    return {
      session: valueOf(found?.session.expiresAt),
      passkey: valueOf(found?.passkey.label),
      person: valueOf(found?.person.userHandle),
    };
  },
  passkeys: async (store) => ({ passkey: valueOf((await activePasskeysOf(store, ids.person))[0]?.label) }),
  person: async (store) => ({ person: valueOf((await findPerson(store, ids.person))?.userHandle) }),
  username: async (store) => ({ person: valueOf((await findPersonByName(store, "alex"))?.userHandle) }),
  confirmation: async (store) => {
    const found = await readConfirmation(store, ids.confirmation);
    return { confirmation: valueOf(found?.row.metadata), person: valueOf(found?.audience[0]?.userHandle) };
  },
};

const COUNTERS_OF: Readonly<Record<string, readonly Counter[]>> = {
  key: ["key"],
  session: ["session", "passkey", "person"],
  passkeys: ["passkey"],
  person: ["person"],
  username: ["person"],
  confirmation: ["confirmation", "person"],
};

type Fault = "none" | "fails" | "loses its answer";
type Operation =
  | { readonly kind: "read"; readonly what: string }
  | { readonly kind: "write" | "edit"; readonly counter: Counter }
  | { readonly kind: "pass"; readonly seconds: number }
  /** Waits for everything before. */
  | { readonly kind: "settle" };
interface Call {
  readonly fault: Fault;
  readonly before: number;
  readonly after: number;
}

/** Much happens to few rows, so that reads, writes and edits of one row meet. */
const operations = fc.constantFrom(...Object.keys(READS)).chain((what) => {
  const counter = fc.constantFrom(...(COUNTERS_OF[what] ?? []));
  const seconds = fc.constantFrom(1, MEMORY_SECONDS - 1, MEMORY_SECONDS);
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant({ kind: "read" as const, what }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom("write" as const, "edit" as const), counter }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), seconds }) },
      { weight: 4, arbitrary: fc.constant({ kind: "settle" as const }) },
    ),
    { minLength: OPERATIONS, maxLength: OPERATIONS, size: "max" },
  );
});
const call: fc.Arbitrary<Call> = fc.record({
  fault: fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constantFrom("fails" as const, "loses its answer" as const) },
  ),
  before: fc.constantFrom(0, 0, 8),
  after: fc.constantFrom(0, 0, 8),
});

class Failure extends Error {
  readonly isWritten: boolean;
  constructor(fault: Fault) {
    super(`the database ${fault}`);
    this.isWritten = fault === "loses its answer";
  }
}

/** One store with its memory and clock, on a database that answers as planned. */
class Trial {
  now = 1_000_000;
  /** Answers that were too old. */
  readonly old: string[] = [];
  /** The planned answers of the database. */
  #calls: Call[] = [];
  #store: TenantStore | undefined;
  readonly #next: () => number;
  /** Acknowledged to the store. */
  readonly #known = new Map<Counter, number>();
  readonly #edits: { readonly counter: Counter; readonly value: number; readonly at: number }[] = [];

  constructor(next: () => number) {
    this.#next = next;
  }

  async open(calls: readonly Call[]): Promise<void> {
    const DB = faultyDatabase(bindings.DB, { intercept: (_name, real) => this.#answer(real) }, () => true);
    const store = await openTenant(openDatabases({ ...bindings, DB }), tenant, new Memory(() => this.now));
    if (store === undefined) throw new RangeError("the tenant is absent");
    this.#store = store;
    this.#calls = [...calls];
  }

  get store(): TenantStore {
    if (this.#store === undefined) throw new RangeError("the store is not open");
    return this.#store;
  }

  async #answer<Value>(real: () => Promise<Value>): Promise<Value> {
    const { fault, before, after } = this.#calls.pop() ?? { fault: "none", before: 0, after: 0 };
    await scheduler.wait(before);
    if (fault === "fails") throw new Failure(fault);
    const value = await real();
    await scheduler.wait(after);
    if (fault === "loses its answer") throw new Failure(fault);
    return value;
  }

  async start(one: Exclude<Operation, { kind: "settle" }>): Promise<void> {
    if (one.kind === "pass") this.now += one.seconds * 1_000;
    else if (one.kind === "read") await this.#read(one.what);
    else if (one.kind === "edit") await this.#edit(one.counter);
    else await this.#write(one.counter);
  }

  async #edit(counter: Counter): Promise<void> {
    const value = this.#next();
    await rows(EDITS[counter], textOf(value), ids[counter]);
    this.#edits.push({ counter, value, at: this.now });
  }

  async #write(counter: Counter): Promise<void> {
    const value = this.#next();
    try {
      await WRITES[counter](this.store, value);
    } catch (problem) {
      const failure = failureIn(problem);
      if (failure === undefined) throw problem;
      // After an error the next answer is right.
      if (!failure.isWritten) return;
    }
    this.#known.set(counter, Math.max(value, this.#known.get(counter) ?? 0));
  }

  async #read(what: string): Promise<void> {
    const least = new Map(COUNTERS.map((counter) => [counter, this.#least(counter)]));
    try {
      const seen = await READS[what]?.(this.store);
      for (const [counter, value] of Object.entries(seen ?? {})) {
        const expected = least.get(counter as Counter) ?? 0;
        if (!(value >= expected)) this.old.push(`${what} has ${counter} ${value}, and ${expected} was due`);
      }
    } catch (problem) {
      if (failureIn(problem) === undefined) throw problem;
    }
  }

  /** The value that a read that begins now must see. */
  #least(counter: Counter): number {
    const old = this.#edits.filter(
      (edit) => edit.counter === counter && edit.at <= this.now - MEMORY_SECONDS * 1_000,
    );
    return Math.max(this.#known.get(counter) ?? 0, ...old.map(({ value }) => value));
  }
}

function failureIn(problem: unknown): Failure | undefined {
  if (problem instanceof Failure) return problem;
  return problem instanceof Error && problem.cause !== undefined ? failureIn(problem.cause) : undefined;
}

describe("a store with a memory", () => {
  it("never answers without what it wrote, or with what was changed behind its back more than 10 seconds ago", async () => {
    let highest = 1;
    for (const [table, column] of COLUMNS) await rows(`UPDATE ${table} SET ${column} = ?1`, textOf(highest));
    await fc.assert(
      fc.asyncProperty(
        operations,
        fc.array(call, { minLength: OPERATIONS, maxLength: OPERATIONS, size: "max" }),
        async (sequence, calls) => {
          const trial = new Trial(() => ++highest);
          await trial.open(calls);
          let started: Promise<void>[] = [];
          for (const one of sequence) {
            if (one.kind === "settle") {
              await Promise.all(started);
              started = [];
            } else started.push(trial.start(one));
          }
          await Promise.all(started);
          expect(trial.old).toEqual([]);
        },
      ),
      { numRuns: RUNS },
    );
  }, 60_000);
});
