import { reset } from "cloudflare:test";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { findKeyByHash } from "../../../src/store/account/api-keys.ts";
import { activePasskeysOf } from "../../../src/store/account/passkeys.ts";
import { findPerson, findPersonByName } from "../../../src/store/account/people.ts";
import { insertCeremony, useCeremony } from "../../../src/store/confirmation/ceremonies.ts";
import { readConfirmation, readForVote } from "../../../src/store/confirmation/confirmations.ts";
import { insertConfirmations } from "../../../src/store/confirmation/new-confirmations.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { Memory } from "../../../src/store/memory/desk-memory.ts";
import { MEMORY_SECONDS } from "../../../src/store/memory/remembered.ts";
import {
  apiKeys,
  confirmations,
  credentials,
  idempotency,
  people,
  votes,
} from "../../../src/store/schema.ts";
import { markSealed } from "../../../src/store/stream/mark-sealed.ts";
import { openTenant } from "../../../src/store/tenant-lookup.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { rows } from "../support/database-rows.ts";
import {
  bindings,
  freshPlatform,
  newCompany,
  observedDatabase,
  type Company,
} from "../support/worker-fixture.ts";

// A store with a memory: which reads it answers, and which writes drop what.

let company: Company;
let alex: string;
let asked: string;
let key: string;
let now = Date.now();
/** The round trips to the database. A statement that runs alone is one, too. */
let trips = 0;
let store: TenantStore;

afterAll(() => reset());
beforeAll(async () => {
  company = await newCompany(await freshPlatform());
  asked = await company.asked();
  key = secretHash(company.apiKey);
  const [person] = await rows("SELECT id FROM people WHERE username = 'alex'");
  alex = String(person?.["id"]);
}, 60_000);

async function openStore(memory?: Memory): Promise<TenantStore> {
  const DB = observedDatabase({ batch: () => trips++ });
  const opened = await openTenant(openDatabases({ ...bindings, DB }), company.store.tenantId, memory);
  if (opened === undefined) throw new RangeError("the tenant is absent");
  return opened;
}

beforeEach(async () => {
  store = await openStore(new Memory(() => now));
});

const tripsOf = async (work: () => Promise<unknown>) => {
  trips = 0;
  await work();
  return trips;
};

const reads: Readonly<Record<string, () => Promise<unknown>>> = {
  tenant: () => store.own(),
  key: () => findKeyByHash(store, key, now),
  passkeys: () => activePasskeysOf(store, alex),
  person: () => findPerson(store, alex),
  "person by username": () => findPersonByName(store, "alex"),
  confirmation: () => readConfirmation(store, asked),
};
const readAll = () => Promise.all(Object.values(reads).map((read) => read()));
/** What is read from the database again. */
const dropped = async () => {
  const names: string[] = [];
  for (const [name, read] of Object.entries(reads)) if ((await tripsOf(read)) > 0) names.push(name);
  return names;
};

describe("a store with a memory", () => {
  it.each(Object.entries(reads))("reads the %s once in 10 seconds", async (_what, read) => {
    const first = await read();
    expect(first).toBeDefined();
    let again: unknown;
    expect(await tripsOf(async () => (again = await read()))).toBe(0);
    expect(again).toEqual(first);
    now += MEMORY_SECONDS * 1_000;
    expect(await tripsOf(async () => (again = await read()))).toBe(1);
    expect(again).toEqual(first);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["key", () => findKeyByHash(store, "unknown", now)],
    ["person", () => findPerson(store, "unknown")],
    ["username", () => findPersonByName(store, "unknown")],
    ["confirmation", () => readConfirmation(store, "c_unknown")],
  ])("remembers no unknown %s", async (_what, read) => {
    expect(await read()).toBeUndefined();
    expect(await tripsOf(read)).toBe(1);
  });

  it("judges a remembered key by the time of each call", async () => {
    await reads["key"]?.();
    await rows("UPDATE api_keys SET expires_at = ?1 WHERE hash = ?2", now + 1_000, key);
    store.memory?.clear();
    expect(await findKeyByHash(store, key, now + 999)).toBeDefined();
    expect(await findKeyByHash(store, key, now + 1_000)).toBeUndefined();
    await rows("UPDATE api_keys SET expires_at = NULL");
  });

  it("reads what it does not remember in one round trip", async () => {
    await store.own();
    const ids = { confirmation: asked, person: alex, ceremony: "y_unknown", passkey: "" };
    const passkey = (await activePasskeysOf(store, alex))[0]?.id ?? "";
    store.memory?.clear();
    expect(await tripsOf(() => readForVote(store, { ...ids, passkey }))).toBe(1);
  });

  it("shares one round trip between equal reads at once", async () => {
    expect(
      await tripsOf(() => Promise.all([readConfirmation(store, asked), readConfirmation(store, asked)])),
    ).toBe(1);
  });

  it("remembers a ceremony that it inserts, and forgets it with its use", async () => {
    const ceremony = {
      tenantId: store.tenantId,
      id: "y_new",
      confirmationId: asked,
      personId: alex,
      salt: "",
      issuedAt: 1,
      expiresAt: now + 60_000,
      usedBy: null,
      usedAt: null,
      stage: 1,
    };
    await readAll();
    const [passkey] = await activePasskeysOf(store, alex);
    const ids = { confirmation: asked, person: alex, ceremony: "y_new", passkey: passkey?.id ?? "" };
    await insertCeremony(store, ceremony);
    expect(
      await tripsOf(async () => expect((await readForVote(store, ids)).ceremony).toEqual(ceremony)),
    ).toBe(0);
    expect((await readForVote(store, { ...ids, person: "somebody else" })).ceremony).toBeUndefined();
    await useCeremony(store, "y_new", "s_attempt", now);
    expect((await readForVote(store, ids)).ceremony?.usedBy).toBe("s_attempt");
  });
});

it("an outcome that is in the log can be read while its row is marked, without a read", async () => {
  const id = await company.asked();
  await company.alex.decide(id);
  await rows("UPDATE outbox SET idx = NULL WHERE confirmation_id = ?1", id);
  const [record] = (await readConfirmation(store, id))?.records ?? [];
  if (record === undefined) throw new RangeError("nothing was decided");
  const closes = { confirmation: id, project: "", people: null };
  const mark = { row: { ...record, index: 7, commitment: "c" }, effects: [], event: null, closes };
  const indices = async () => (await readConfirmation(store, id))?.records.map(({ index }) => index);
  let during: unknown;
  const trips = await tripsOf(async () => {
    const marking = markSealed(store, [mark]);
    during = await indices();
    await marking;
  });
  expect([during, trips, await indices()]).toEqual([[7], 1, [7]]);
});

describe("a create", () => {
  it.each<[string, string | null, readonly string[]]>([
    ["that is stored drops nothing", null, []],
    [
      "that is refused drops what it relied on, and no request",
      "k_unknown",
      ["key", "passkeys", "person", "person by username"],
    ],
  ])("%s", async (_what, byKey, expected) => {
    const like = await readConfirmation(store, asked);
    if (like === undefined) throw new RangeError("nothing was asked");
    const row = { ...like.row, id: `c_${crypto.randomUUID()}` };
    await readAll();
    await insertConfirmations(store, [
      {
        row,
        audience: [alex],
        asked: [alex],
        signer: alex,
        key: byKey,
        idempotency: null,
        directory: null,
        isWithoutRules: false,
      },
    ]);
    expect(await dropped()).toEqual(expected);
  });
});

describe("a write drops what has columns of its table", () => {
  const nothing = sql`FALSE`;
  it.each<[string, () => PromiseLike<unknown>, readonly string[]]>([
    ["the stream of the tenant", () => store.beginStream("", nothing), ["tenant"]],
    ["API keys", () => store.update(apiKeys, { name: "" }, nothing), ["key"]],
    ["passkeys", () => store.update(credentials, { label: "" }, nothing), ["passkeys"]],
    [
      "people",
      () => store.update(people, { role: "admin" }, nothing),
      ["person", "person by username", "confirmation"],
    ],
    ["votes", () => store.remove(votes, nothing), ["confirmation"]],
    ["other rows", () => store.remove(idempotency, nothing), []],
    [
      "confirmations, in a batch",
      () => store.batch([store.remove(idempotency, nothing), store.remove(confirmations, nothing)]),
      ["confirmation"],
    ],
    [
      "confirmations, with rows returned",
      () => store.update(confirmations, { action: "" }, nothing).returning(),
      ["confirmation"],
    ],
    [
      "API keys, with a conflict handled",
      () =>
        store
          .insert(apiKeys, {
            id: "k_x",
            hash: key,
            redacted: "",
            name: "",
            projectId: "",
            scopes: "",
            createdAt: 0,
          })
          .onConflictDoNothing(),
      ["key"],
    ],
  ])("%s", async (_what, write, expected) => {
    await readAll();
    await write();
    expect(await dropped()).toEqual(expected);
  });

  it("a statement that names no table as expected drops everything", async () => {
    await readAll();
    await store.batch([
      { toSQL: () => ({ sql: "WITH x AS (SELECT 1) DELETE FROM votes WHERE FALSE", params: [] }) } as never,
    ]);
    expect(await dropped()).toEqual(Object.keys(reads));
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      "a batch",
      () =>
        store.batch([
          store.insert(people, { id: alex, username: "", role: "owner", userHandle: "", createdAt: 0 }),
        ]),
    ],
    [
      "a statement alone",
      async () =>
        store.insert(people, { id: alex, username: "", role: "owner", userHandle: "", createdAt: 0 }),
    ],
    ["a read", async () => store.first(confirmations, sql`no_such_function()`)],
    ["a read of several", () => store.read([store.select(confirmations, sql`no_such_function()`)])],
  ])("an error of %s drops everything", async (_what, fail) => {
    await readAll();
    await expect(fail()).rejects.toThrow(/UNIQUE|no such function/);
    expect(await dropped()).toEqual(Object.keys(reads));
  });

  it("a read that was on its way during a write is not remembered", async () => {
    const reading = readConfirmation(store, asked);
    await store.update(confirmations, { metadata: '{"a":1}' }, eq(confirmations.id, asked));
    await reading;
    expect((await readConfirmation(store, asked))?.row.metadata).toBe('{"a":1}');
  });
});

describe("a tenant that was moved to another database", () => {
  it("is remembered as it is there, and not as a call reads it that began before", async () => {
    const memory = new Memory(() => now);
    store = await openStore(memory);
    await readAll();
    const before = store;
    store = await openStore(memory);
    expect(await dropped()).toEqual(Object.keys(reads));
    expect(await dropped()).toEqual([]);
    const inUse = store;
    store = before;
    expect(await dropped()).toEqual(Object.keys(reads));
    store = inUse;
    expect(await dropped()).toEqual([]);
  });
});

describe("a store without a memory", () => {
  it("reads each time", async () => {
    store = await openStore();
    expect(await dropped()).toEqual(Object.keys(reads));
    expect(await dropped()).toEqual(Object.keys(reads));
  });
});
