import { reset } from "cloudflare:test";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import {
  insertConfirmations,
  type NewConfirmation,
} from "../../../src/store/confirmation/new-confirmations.ts";
import { confirmations, idempotency } from "../../../src/store/schema.ts";
import type { ConfirmationRow } from "../../../src/store/rows.ts";
import { freshPlatform, newCompany, type Company, runtimeOf } from "../support/worker-fixture.ts";
import { rows } from "../support/database-rows.ts";
import { personNamed } from "../support/signed-decisions.ts";

// Drafts that arrive at the desk at the same moment are inserted in one transaction, and don't affect each other.

let platform: Platform;
let runtime: Runtime;
let company: Company;
let like: ConfirmationRow;
let invited: string;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  const id = await company.asked();
  like = (await company.store.select(confirmations)).find((row) => row.id === id) as ConfirmationRow;
  await company.people("POST", "/api/invites", { username: "invited", role: "approver" });
  invited = (await personNamed(company.store, "invited")).id;
});

let drafts = 0;
const draft = (more: Partial<NewConfirmation> = {}, row: Partial<ConfirmationRow> = {}): NewConfirmation => ({
  row: { ...like, id: `c_draft${drafts++}`, ...row },
  audience: [like.approverId ?? ""],
  asked: [like.approverId ?? ""],
  signer: like.approverId,
  key: like.requesterId,
  idempotency: null,
  directory: null,
  isWithoutRules: false,
  ...more,
});
/** All in one turn, so that they form a group. Returns the result of each. */
async function createAll(drafts: readonly NewConfirmation[]): Promise<readonly (boolean | "failed")[]> {
  const { desk } = runtime;
  const done = await Promise.allSettled(drafts.map((one) => desk.create(one)));
  return done.map((one) => (one.status === "fulfilled" ? one.value : "failed"));
}
const isThere = async ({ row }: NewConfirmation) =>
  (await rows("SELECT 1 FROM confirmations WHERE id = ?1", row.id)).length === 1;

const keyNamed = (name: string) => ({ key: like.requesterId, name, requestHash: "same" });

it.each([
  ["valid", () => draft(), true],
  ["by an unknown API key", () => draft({ key: "k_absent" }), false],
  ["for a person who is not known any more", () => draft({ signer: "p_absent" }), false],
  ["for a person without a passkey", () => draft({ signer: invited }), false],
  ["with a new idempotency key", () => draft({ idempotency: keyNamed("fresh") }), true],
  ["with a used idempotency key", () => draft({ idempotency: keyNamed("fresh") }), false],
  ["of a new request", () => draft({}, { dedupeKey: "call" }), true],
  ["of an equal request", () => draft({}, { dedupeKey: "call" }), false],
  ["for an unknown person", () => draft({ audience: ["p_absent"] }), "failed"],
  ["of an unknown project", () => draft({}, { projectId: "j_absent" }), "failed"],
] as const)("one draft %s does not affect the others of its group", async (_name, make, expected) => {
  const [before, middle, after] = [draft(), make(), draft()];
  expect(await createAll([before, middle, after])).toEqual([true, expected, true]);
  expect(await Promise.all([before, middle, after].map((one) => isThere(one)))).toEqual([
    true,
    expected === true,
    true,
  ]);
});

it("inserts one of many with the same idempotency key, and one of many equal requests", async () => {
  const named = Array.from({ length: 40 }, () => draft({ idempotency: keyNamed("at once") }));
  const called = Array.from({ length: 40 }, () => draft({}, { dedupeKey: "at once" }));
  const done = await createAll([...named, ...called]);
  expect([done.slice(0, 40), done.slice(40)].map((each) => each.filter(Boolean).length)).toEqual([1, 1]);
  const kept = await company.store.select(idempotency);
  const winner = [...named][done.indexOf(true)];
  expect(kept.find(({ name }) => name === "at once")?.confirmationId).toBe(winner?.row.id);
});

it("inserts more at once than one batch holds, some with the largest payload", async () => {
  const large = canonicalText({ text: "x".repeat(65_000) });
  const many = Array.from({ length: 100 }, (_unused, place) =>
    draft({}, place % 4 === 0 ? { payload: large } : {}),
  );
  expect(await createAll(many)).toEqual(many.map(() => true));
  const asked = await rows("SELECT count(*) AS n FROM audience WHERE confirmation_id LIKE 'c_draft%'");
  const there = await rows("SELECT count(*) AS n FROM confirmations WHERE id LIKE 'c_draft%'");
  expect(asked).toEqual(there);
});

it.each([
  ["alone", []],
  ["among others", [draft]],
] as const)("keeps text unchanged, %s", async (_how, others) => {
  const action = "a\u0000b \u{1F600} \u202e' \" \\";
  const one = draft({}, { action, metadata: '{"a":"\\u0000"}' });
  const { ids } = await insertConfirmations(company.store, [one, ...others.map((make) => make())]);
  expect(ids.has(one.row.id)).toBe(true);
  const kept = (await company.store.select(confirmations)).find(({ id }) => id === one.row.id);
  expect(kept).toEqual(one.row);
});

it("sets the alarm for the one that expires first", async () => {
  const soon = Date.now() + 1_000;
  await createAll([draft({}, { expiresAt: soon, dueAt: soon })]);
  await expect
    .poll(() => rows("SELECT count(*) AS n FROM confirmations WHERE status = 'expired'"), { timeout: 5_000 })
    .toEqual([{ n: 1 }]);
});
