import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { World } from "../../src/app/world.ts";
import { canonicalText } from "../../src/core/jcs.ts";
import { writeOpenings, type Opening } from "../../src/store/openings.ts";
import { confirmations, idempotency, type ConfirmationRow } from "../../src/store/schema.ts";
import { emptyHouse, newCompany, type Company } from "./house.ts";
import { rows } from "./rows.ts";

// What arrives at the clerk at the same moment is written in one transaction, and each stands for itself.

let world: World;
let company: Company;
let like: ConfirmationRow;
afterAll(() => reset());
beforeAll(async () => {
  world = await emptyHouse();
  company = await newCompany(world);
  const id = await company.asked();
  like = (await company.store.select(confirmations)).find((row) => row.id === id) as ConfirmationRow;
});

let made = 0;
const opening = (more: Partial<Opening> = {}, row: Partial<ConfirmationRow> = {}): Opening => ({
  row: { ...like, id: `c_made${made++}`, ...row },
  asks: { username: "alex" },
  key: like.requesterId,
  once: null,
  ...more,
});
/** All in one turn, so that the clerk finds them together; what each came to. */
async function openAll(openings: readonly Opening[]): Promise<readonly (boolean | "failed")[]> {
  const clerk = world.clerk(company.store.tenantId);
  const done = await Promise.allSettled(openings.map((one) => clerk.open(one)));
  return done.map((one) => (one.status === "fulfilled" ? one.value : "failed"));
}
const isThere = async ({ row }: Opening) =>
  (await rows("SELECT 1 FROM confirmations WHERE id = ?1", row.id)).length === 1;

const once = (name: string) => ({ key: like.requesterId, name, requestHash: "same" });

it.each([
  ["sound", () => opening(), true],
  ["by a key that is not there", () => opening({ key: "k_absent" }), false],
  ["for a name that nobody has", () => opening({ asks: { username: "nobody" } }), false],
  ["under a fresh name", () => opening({ once: once("fresh") }), true],
  ["under a name that was used", () => opening({ once: once("fresh") }), false],
  ["of a call", () => opening({}, { dedupeKey: "call" }), true],
  ["of the same call", () => opening({}, { dedupeKey: "call" }), false],
  ["for somebody the database does not know", () => opening({ asks: { people: ["p_absent"] } }), "failed"],
  ["of a project that is not there", () => opening({}, { projectId: "j_absent" }), "failed"],
] as const)("one %s leaves the others of its moment alone", async (_name, make, expected) => {
  const [before, middle, after] = [opening(), make(), opening()];
  expect(await openAll([before, middle, after])).toEqual([true, expected, true]);
  expect(await Promise.all([before, middle, after].map((one) => isThere(one)))).toEqual([
    true,
    expected === true,
    true,
  ]);
});

it("makes one of many with the same name, and one of many of the same call", async () => {
  const named = Array.from({ length: 40 }, () => opening({ once: once("at once") }));
  const called = Array.from({ length: 40 }, () => opening({}, { dedupeKey: "at once" }));
  const done = await openAll([...named, ...called]);
  expect([done.slice(0, 40), done.slice(40)].map((each) => each.filter(Boolean).length)).toEqual([1, 1]);
  const kept = await company.store.select(idempotency);
  const winner = [...named][done.indexOf(true)];
  expect(kept.find(({ name }) => name === "at once")?.confirmationId).toBe(winner?.row.id);
});

it("takes more at once than one batch holds, the largest payloads among them", async () => {
  const large = canonicalText({ text: "x".repeat(65_000) });
  const many = Array.from({ length: 100 }, (_unused, place) =>
    opening({}, place % 4 === 0 ? { payload: large } : {}),
  );
  expect(await openAll(many)).toEqual(many.map(() => true));
  const asked = await rows("SELECT count(*) AS n FROM asked WHERE confirmation_id LIKE 'c_made%'");
  const there = await rows("SELECT count(*) AS n FROM confirmations WHERE id LIKE 'c_made%'");
  expect(asked).toEqual(there);
});

it.each([
  ["alone", []],
  ["among others", [opening]],
] as const)("keeps text as it was given, %s", async (_how, others) => {
  const action = "a\u0000b \u{1F600} \u202e' \" \\";
  const one = opening({}, { action, metadata: '{"a":"\\u0000"}' });
  const made = await writeOpenings(company.store, [one, ...others.map((make) => make())]);
  expect(made.has(one.row.id)).toBe(true);
  const kept = (await company.store.select(confirmations)).find(({ id }) => id === one.row.id);
  expect(kept).toEqual({ ...one.row, approverId: expect.stringMatching(/^p_/) });
});

it("wakes for the earliest of them", async () => {
  await openAll([opening({}, { expiresAt: Date.now() + 1_000 })]);
  await expect
    .poll(() => rows("SELECT count(*) AS n FROM confirmations WHERE status = 'expired'"), { timeout: 5_000 })
    .toEqual([{ n: 1 }]);
});
