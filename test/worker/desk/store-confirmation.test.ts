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

// Which way a new confirmation is written down, and that the desk hears by then when it is due.

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
let heard: (string | number)[];
/** A company that this Worker knows nothing of, at a time of its own. */
beforeEach(async () => {
  const company = await newCompany(real);
  store = company.store;
  const id = await company.asked();
  like = (await store.first(confirmations, eq(confirmations.id, id))) as ConfirmationRow;
  now = NOW;
  heard = [];
}, 30_000);

/** Ids are of one tenant only. */
const idOf = (name: string): string => `c_${name} ${store.tenantId}`;
const nameOf = ({ id }: ConfirmationRow): string => id.slice(2, id.indexOf(" "));

/** Its desk says what it hears, and wakes up when it is told to. */
const desk = (more: Partial<DeskPort> = {}): DeskPort => ({
  ...real.desk(store.tenantId),
  async create({ row }) {
    heard.push(`open ${nameOf(row)}`);
    return true;
  },
  async wakeAt(at) {
    heard.push(at - NOW);
    return at;
  },
  ...more,
});
const runtime = (more?: Partial<DeskPort>): Runtime => ({ ...real, now: () => now, desk: () => desk(more) });
const draft = (name: string, dueIn: number, more: Partial<NewConfirmation> = {}): NewConfirmation => ({
  row: { ...like, id: idOf(name), createdAt: now, expiresAt: NOW + dueIn },
  audience: { username: "alex" },
  key: like.requesterId,
  idempotency: null,
  ...more,
});
const isThere = async (name: string) =>
  (await store.first(confirmations, eq(confirmations.id, idOf(name)))) !== undefined;

it("writes one that comes alone itself, and sends to the desk what comes close behind another", async () => {
  for (const [name, after] of [
    ["first", 0],
    ["close", 20],
    ["closer", 1],
    ["alone", 21],
  ] as const) {
    now += after;
    expect(await storeConfirmation(runtime(), store, draft(name, 900 * SECOND))).toBe(true);
  }
  expect(heard).toEqual([900 * SECOND, "open close", "open closer"]);
  expect([await isThere("first"), await isThere("alone")]).toEqual([true, true]);
});

it.each([
  ["one that is due later", 60, 900, 900, []],
  ["one that is due at the same time", 60, 900, 840, []],
  ["one that is due earlier", 60, 900, 300, [360]],
  ["one whose desk may be awake by now", 896, 900, 900, [1_796]],
  ["one that comes after the alarm", 2_000, 900, 60, [2_060]],
] as const)(
  "tells the desk of %s only if it would not wake up in time",
  async (_what, after, first, second, told) => {
    await storeConfirmation(runtime(), store, draft("first", first * SECOND));
    now += after * SECOND;
    await storeConfirmation(runtime(), store, draft("second", (after + second) * SECOND));
    expect(heard).toEqual([first, ...told].map((seconds) => seconds * SECOND));
  },
);

it("goes by the alarm that is set, which may be earlier than the one that was asked for", async () => {
  const earlier = { wakeAt: async () => NOW + 60 * SECOND };
  await storeConfirmation(runtime(earlier), store, draft("first", 900 * SECOND));
  now += SECOND;
  await storeConfirmation(runtime(), store, draft("second", 120 * SECOND));
  expect(heard).toEqual([]);
});

it("makes nothing, and tells nobody, where a fact does not hold", async () => {
  const nobody = draft("nobody", 900 * SECOND, { audience: { username: "nobody" } });
  expect(await storeConfirmation(runtime(), store, nobody)).toBe(false);
  expect([heard, await isThere("nobody")]).toEqual([[], false]);
});

it("has made what is there, though the desk can't be told; and tells it of the next", async () => {
  const deaf = {
    wakeAt: async () => {
      throw new Error("the desk is away");
    },
  };
  expect(await storeConfirmation(runtime(deaf), store, draft("untold", 900 * SECOND))).toBe(true);
  now += SECOND;
  expect(await storeConfirmation(runtime(), store, draft("told", 900 * SECOND))).toBe(true);
  expect(heard).toEqual([900 * SECOND]);
});

it("fails where nothing is there, either way", async () => {
  const { row, ...more } = draft("broken", 900 * SECOND);
  const broken = { ...more, row: { ...row, projectId: "j_absent" } };
  await expect(storeConfirmation(runtime(), store, broken)).rejects.toThrow(/FOREIGN KEY/);
  const lost = {
    create: async () => {
      throw new Error("the desk is away");
    },
  };
  await expect(storeConfirmation(runtime(lost), store, draft("lost", 900 * SECOND))).rejects.toThrow(/away/);
});
