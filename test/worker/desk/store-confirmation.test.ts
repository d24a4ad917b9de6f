import { reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { DeskPort, Runtime } from "../../../src/app/runtime.ts";
import { storeConfirmation } from "../../../src/app/confirmation/store-confirmation.ts";
import type { NewConfirmation } from "../../../src/store/confirmation/new-confirmations.ts";
import { confirmations } from "../../../src/store/schema.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { freshRuntime, newCompany } from "../support/worker-fixture.ts";

// Where a new confirmation is inserted, and that the desk's alarm is set before it expires.

const NOW = 1_800_000_000_000;
const SECOND = 1_000;

let real: Runtime;
let store: TenantStore;
let like: ConfirmationRow;
afterAll(() => reset());
beforeAll(async () => {
  real = await freshRuntime();
});

let now: number;
let calls: (string | number)[];
/** A new company, which this Worker does not remember. */
beforeEach(async () => {
  const company = await newCompany(real);
  store = company.store;
  const id = await company.asked();
  like = (await store.first(confirmations, eq(confirmations.id, id))) as ConfirmationRow;
  now = NOW;
  calls = [];
}, 30_000);

/** An id is unique across tenants. */
const idOf = (name: string): string => `c_${name} ${store.tenantId}`;
const nameOf = ({ id }: ConfirmationRow): string => id.slice(2, id.indexOf(" "));

/** A desk that records its calls. */
const desk = (more: Partial<DeskPort> = {}): DeskPort => ({
  ...real.desk(store.tenantId),
  async create({ row }) {
    calls.push(`create ${nameOf(row)}`);
    return true;
  },
  async wakeAt(at) {
    calls.push(at - NOW);
    return at;
  },
  ...more,
});
const runtime = (more?: Partial<DeskPort>): Runtime => ({ ...real, now: () => now, desk: () => desk(more) });
const draft = (name: string, dueIn: number, more: Partial<NewConfirmation> = {}): NewConfirmation => ({
  row: { ...like, id: idOf(name), createdAt: now, expiresAt: NOW + dueIn, dueAt: NOW + dueIn },
  audience: { username: "alex" },
  key: like.requesterId,
  idempotency: null,
  ...more,
});
const isThere = async (name: string) =>
  (await store.first(confirmations, eq(confirmations.id, idOf(name)))) !== undefined;

it("is inserted by the Worker if it comes alone, and by the desk if another came just before", async () => {
  for (const [name, after] of [
    ["first", 0],
    ["close", 20],
    ["closer", 1],
    ["alone", 21],
  ] as const) {
    now += after;
    expect(await storeConfirmation(runtime(), store, draft(name, 900 * SECOND))).toBe(true);
  }
  expect(calls).toEqual([900 * SECOND, "create close", "create closer"]);
  expect([await isThere("first"), await isThere("alone")]).toEqual([true, true]);
});

it.each([
  ["one that is due later", 60, 900, 900, []],
  ["one that is due at the same time", 60, 900, 840, []],
  ["one that is due earlier", 60, 900, 300, [360]],
  ["one after which the alarm may have fired", 896, 900, 900, [1_796]],
  ["one that comes after the alarm", 2_000, 900, 60, [2_060]],
] as const)(
  "sets the alarm for %s only if it would be too late",
  async (_what, after, first, second, more) => {
    await storeConfirmation(runtime(), store, draft("first", first * SECOND));
    now += after * SECOND;
    await storeConfirmation(runtime(), store, draft("second", (after + second) * SECOND));
    expect(calls).toEqual([first, ...more].map((seconds) => seconds * SECOND));
  },
);

it("uses the alarm's real time, which may be earlier than requested", async () => {
  const earlier = { wakeAt: async () => NOW + 60 * SECOND };
  await storeConfirmation(runtime(earlier), store, draft("first", 900 * SECOND));
  now += SECOND;
  await storeConfirmation(runtime(), store, draft("second", 120 * SECOND));
  expect(calls).toEqual([]);
});

it("inserts nothing and sets no alarm if a fact does not hold", async () => {
  const nobody = draft("nobody", 900 * SECOND, { audience: { username: "nobody" } });
  expect(await storeConfirmation(runtime(), store, nobody)).toBe(false);
  expect([calls, await isThere("nobody")]).toEqual([[], false]);
});

it("succeeds if only the desk fails, and sets the alarm for the next one", async () => {
  const failing = {
    wakeAt: async () => {
      throw new Error("the desk fails");
    },
  };
  expect(await storeConfirmation(runtime(failing), store, draft("without alarm", 900 * SECOND))).toBe(true);
  now += SECOND;
  expect(await storeConfirmation(runtime(), store, draft("with alarm", 900 * SECOND))).toBe(true);
  expect(calls).toEqual([900 * SECOND]);
});

it("fails if nothing was inserted, by the Worker or by the desk", async () => {
  const { row, ...more } = draft("broken", 900 * SECOND);
  const broken = { ...more, row: { ...row, projectId: "j_absent" } };
  await expect(storeConfirmation(runtime(), store, broken)).rejects.toThrow(/FOREIGN KEY/);
  const lost = {
    create: async () => {
      throw new Error("the desk fails");
    },
  };
  await expect(storeConfirmation(runtime(lost), store, draft("lost", 900 * SECOND))).rejects.toThrow(
    /the desk fails/,
  );
});
