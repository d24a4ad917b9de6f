import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Runtime } from "../../../src/app/runtime.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  insertConfirmations,
  type NewConfirmation,
} from "../../../src/store/confirmation/new-confirmations.ts";
import { confirmations, idempotency } from "../../../src/store/schema.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";
import { freshRuntime, newCompany, type Company } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";

// What arrives at the desk at the same moment is written in one transaction, and each stands for itself.

let runtime: Runtime;
let company: Company;
let like: ConfirmationRow;
afterAll(() => reset());
beforeAll(async () => {
  runtime = await freshRuntime();
  company = await newCompany(runtime);
  const id = await company.asked();
  like = (await company.store.select(confirmations)).find((row) => row.id === id) as ConfirmationRow;
});

let made = 0;
const draft = (more: Partial<NewConfirmation> = {}, row: Partial<ConfirmationRow> = {}): NewConfirmation => ({
  row: { ...like, id: `c_made${made++}`, ...row },
  audience: { username: "alex" },
  key: like.requesterId,
  idempotency: null,
  ...more,
});
/** All in one turn, so that the desk finds them together; what each came to. */
async function createAll(drafts: readonly NewConfirmation[]): Promise<readonly (boolean | "failed")[]> {
  const desk = runtime.desk(company.store.tenantId);
  const done = await Promise.allSettled(drafts.map((one) => desk.create(one)));
  return done.map((one) => (one.status === "fulfilled" ? one.value : "failed"));
}
const isThere = async ({ row }: NewConfirmation) =>
  (await rows("SELECT 1 FROM confirmations WHERE id = ?1", row.id)).length === 1;

const keyNamed = (name: string) => ({ key: like.requesterId, name, requestHash: "same" });

it.each([
  ["sound", () => draft(), true],
  ["by a key that is not there", () => draft({ key: "k_absent" }), false],
  ["for a name that nobody has", () => draft({ audience: { username: "nobody" } }), false],
  ["under a fresh name", () => draft({ idempotency: keyNamed("fresh") }), true],
  ["under a name that was used", () => draft({ idempotency: keyNamed("fresh") }), false],
  ["of a call", () => draft({}, { dedupeKey: "call" }), true],
  ["of the same call", () => draft({}, { dedupeKey: "call" }), false],
  ["for somebody the database does not know", () => draft({ audience: { people: ["p_absent"] } }), "failed"],
  ["of a project that is not there", () => draft({}, { projectId: "j_absent" }), "failed"],
] as const)("one %s leaves the others of its moment alone", async (_name, make, expected) => {
  const [before, middle, after] = [draft(), make(), draft()];
  expect(await createAll([before, middle, after])).toEqual([true, expected, true]);
  expect(await Promise.all([before, middle, after].map((one) => isThere(one)))).toEqual([
    true,
    expected === true,
    true,
  ]);
});

it("makes one of many with the same name, and one of many of the same call", async () => {
  const named = Array.from({ length: 40 }, () => draft({ idempotency: keyNamed("at once") }));
  const called = Array.from({ length: 40 }, () => draft({}, { dedupeKey: "at once" }));
  const done = await createAll([...named, ...called]);
  expect([done.slice(0, 40), done.slice(40)].map((each) => each.filter(Boolean).length)).toEqual([1, 1]);
  const kept = await company.store.select(idempotency);
  const winner = [...named][done.indexOf(true)];
  expect(kept.find(({ name }) => name === "at once")?.confirmationId).toBe(winner?.row.id);
});

it("takes more at once than one batch holds, the largest payloads among them", async () => {
  const large = canonicalText({ text: "x".repeat(65_000) });
  const many = Array.from({ length: 100 }, (_unused, place) =>
    draft({}, place % 4 === 0 ? { payload: large } : {}),
  );
  expect(await createAll(many)).toEqual(many.map(() => true));
  const asked = await rows("SELECT count(*) AS n FROM audience WHERE confirmation_id LIKE 'c_made%'");
  const there = await rows("SELECT count(*) AS n FROM confirmations WHERE id LIKE 'c_made%'");
  expect(asked).toEqual(there);
});

it.each([
  ["alone", []],
  ["among others", [draft]],
] as const)("keeps text as it was given, %s", async (_how, others) => {
  const action = "a\u0000b \u{1F600} \u202e' \" \\";
  const one = draft({}, { action, metadata: '{"a":"\\u0000"}' });
  const made = await insertConfirmations(company.store, [one, ...others.map((make) => make())]);
  expect(made.has(one.row.id)).toBe(true);
  const kept = (await company.store.select(confirmations)).find(({ id }) => id === one.row.id);
  expect(kept).toEqual({ ...one.row, approverId: expect.stringMatching(/^p_/) });
});

it("wakes for the earliest of them", async () => {
  await createAll([draft({}, { expiresAt: Date.now() + 1_000 })]);
  await expect
    .poll(() => rows("SELECT count(*) AS n FROM confirmations WHERE status = 'expired'"), { timeout: 5_000 })
    .toEqual([{ n: 1 }]);
});
