import { reset } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { expectOk, type Result } from "../../../../src/core/refusal.ts";
import { MEMORY_SECONDS } from "../../../../src/store/memory/remembered.ts";
import { rows } from "../../support/database-rows.ts";
import { DeskPair, newTenant, type Fault, type Signer, type Tenant } from "./desk-pair.ts";

// What a Desk does, case by case, while the rows are not what it remembers: after an edit by hand, beside another Desk
// of the same tenant, and when its database fails.

let tenant: Tenant;
let pair: DeskPair;
let sam: Signer;
const clock = { now: Date.now() };
afterAll(() => reset());
beforeAll(async () => {
  tenant = await newTenant();
  sam = tenant.signers.sam;
}, 60_000);
beforeEach(async () => {
  vi.spyOn(Date, "now").mockImplementation(() => clock.now);
  pair = await DeskPair.open(tenant.ref);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const table of ["api_keys", "credentials", "sessions"])
    await rows(`UPDATE ${table} SET revoked_at = NULL`);
  await rows("UPDATE people SET role = 'approver' WHERE username = 'sam'");
});

const seconds = (count: number) => (clock.now += count * 1_000);
const codeOf = (answer: Result<unknown>) => (answer.ok ? "ok" : answer.refusal.code);
const asked = async () => expectOk(await pair.ask(0, tenant, "sam"));
/** Approved and sealed by this Desk. */
const approved = async (desk = 0) => {
  const id = await asked();
  expectOk(await pair.decide(desk, sam, id, expectOk(await pair.sign(desk, sam, id))));
  return id;
};

type Call = (id: string) => Promise<Result<unknown>>;
const calls = {
  read: (id) => pair.read(0, tenant, id),
  create: () => pair.ask(0, tenant, "sam"),
  cancel: (id) => pair.cancel(0, tenant, id),
  use: (id) => pair.consume(0, tenant, id),
} as const satisfies Record<string, Call>;

describe("after an edit by hand", () => {
  it.each<[keyof typeof calls, number]>([
    ["create", 0],
    ["read", MEMORY_SECONDS],
    ["cancel", MEMORY_SECONDS],
    ["use", MEMORY_SECONDS],
  ])("a %s with a key that was revoked %i s ago is refused, and writes nothing", async (call, age) => {
    const id = call === "use" ? await approved() : await asked();
    expectOk(await pair.read(0, tenant, id));
    await rows("UPDATE api_keys SET revoked_at = 1 WHERE hash = ?1", tenant.key);
    const counts =
      "SELECT (SELECT count(*) FROM confirmations) AS asked, (SELECT count(*) FROM steps) AS steps";
    const before = await rows(counts);
    seconds(age);
    expect(codeOf(await calls[call](id))).toBe("unauthorized");
    expect(await rows(counts)).toEqual(before);
  });

  it.each<[string, string, () => string, number, string]>([
    [
      "with a revoked passkey",
      "UPDATE credentials SET revoked_at = 1 WHERE id = ?1",
      () => sam.passkey.credential.id,
      0,
      "unknown_credential",
    ],
    [
      "of a person who may only read",
      "UPDATE people SET role = 'auditor' WHERE username = ?1",
      () => "sam",
      0,
      "not_an_approver",
    ],
    [
      "without a session",
      "UPDATE sessions SET revoked_at = 1 WHERE hash = ?1",
      () => sam.session,
      MEMORY_SECONDS,
      "session_required",
    ],
  ])("a vote %s is refused", async (_who, edit, value, age, code) => {
    const id = await asked();
    const vote = expectOk(await pair.sign(0, sam, id));
    await rows(edit, value());
    seconds(age);
    expect(codeOf(await pair.decide(0, sam, id, vote))).toBe(code);
    expect(await rows("SELECT status, version FROM confirmations WHERE id = ?1", id)).toEqual([
      { status: "pending", version: 0 },
    ]);
  });

  it("an approver who lost their passkey is not asked", async () => {
    await asked();
    await rows("UPDATE credentials SET revoked_at = 1 WHERE id = ?1", sam.passkey.credential.id);
    expect(codeOf(await pair.ask(0, tenant, "sam"))).toBe("approver_without_passkey");
  });
});

describe("beside another Desk", () => {
  it.each<[string, (id: string) => Promise<Result<unknown>>, string]>([
    ["cancelled", (id) => pair.cancel(1, tenant, id), "cancelled"],
    ["approved", async (id) => pair.decide(1, sam, id, expectOk(await pair.sign(1, sam, id))), "approved"],
  ])(
    "what is %s there shows here after 10 seconds at most, and no write relies on the old state",
    async (_what, change, status) => {
      const id = await asked();
      expect(await pair.read(0, tenant, id)).toEqual({ ok: true, value: "pending" });
      const vote = expectOk(await pair.sign(0, sam, id));
      expectOk(await change(id));
      expect(codeOf(await pair.decide(0, sam, id, vote))).toBe("already_decided");
      // The refused write has read the rows.
      expect(await pair.read(0, tenant, id)).toEqual({ ok: true, value: status });
    },
  );

  it("a poll shows what the other one decided after 10 seconds", async () => {
    const id = await asked();
    expectOk(await pair.read(0, tenant, id));
    expectOk(await pair.cancel(1, tenant, id));
    seconds(MEMORY_SECONDS);
    expect(await pair.read(0, tenant, id)).toEqual({ ok: true, value: "cancelled" });
  });

  it("one assertion that both get commits one vote, and both answer that it is decided", async () => {
    const id = await asked();
    const vote = expectOk(await pair.sign(0, sam, id));
    const answers = await Promise.all([0, 1, 0, 1].map((desk) => pair.decide(desk, sam, id, vote)));
    expect(answers.map(codeOf)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(await rows("SELECT count(*) AS votes FROM votes WHERE confirmation_id = ?1", id)).toEqual([
      { votes: 1 },
    ]);
  });

  it("of an approval, a rejection and a cancellation at once, one wins", async () => {
    const id = await asked();
    const approve = expectOk(await pair.sign(0, sam, id));
    const reject = expectOk(await pair.sign(1, sam, id, "reject"));
    const answers = await Promise.all([
      pair.decide(0, sam, id, approve),
      pair.decide(1, sam, id, reject),
      pair.cancel(0, tenant, id),
      pair.cancel(1, tenant, id),
    ]);
    const steps = await rows("SELECT type FROM steps WHERE confirmation_id = ?1", id);
    expect(steps).toHaveLength(1);
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(1);
    const isCancelled = steps[0]?.["type"] === "cancel";
    expect(answers.slice(0, 2).filter(({ ok }) => ok)).toHaveLength(isCancelled ? 0 : 1);
  });

  it("an approval that both use at once is used once", async () => {
    const id = await approved();
    expectOk(await pair.read(1, tenant, id));
    const answers = await Promise.all([0, 1, 0, 1].map((desk) => pair.consume(desk, tenant, id)));
    expect(answers.map(codeOf).toSorted()).toEqual([
      "already_consumed",
      "already_consumed",
      "already_consumed",
      "ok",
    ]);
  });
});

describe("when the database fails", () => {
  const faults = (["fails", "loses its answer"] as const).flatMap((fault) =>
    [0, 1, 2, 3].map((after) => [fault, after] as const),
  );

  it.each<[Fault, number]>(faults.map(([fault, after]) => [fault, after]))(
    "and %s after %i calls, the next answer about a vote is right",
    async (fault, after) => {
      const id = await asked();
      const vote = expectOk(await pair.sign(0, sam, id));
      pair.plan(0, after, fault);
      await pair.decide(0, sam, id, vote).catch(() => undefined);
      pair.stopFailing();
      const [row] = await rows("SELECT status FROM confirmations WHERE id = ?1", id);
      expect(await pair.read(0, tenant, id)).toEqual({ ok: true, value: row?.["status"] });
      expect(codeOf(await pair.decide(0, sam, id, vote))).toBe("ok");
      expect(await pair.read(0, tenant, id)).toEqual({ ok: true, value: "approved" });
    },
  );

  it.each<[Fault, number]>(faults.map(([fault, after]) => [fault, after]))(
    "and %s after %i calls, an approval is still used once",
    async (fault, after) => {
      const id = await approved();
      pair.plan(0, after, fault);
      const first = await pair.consume(0, tenant, id).catch(() => undefined);
      pair.stopFailing();
      const [row] = await rows("SELECT consumed_at FROM confirmations WHERE id = ?1", id);
      const isUsed = row?.["consumed_at"] !== null;
      if (first?.ok) expect(isUsed).toBe(true);
      expect(codeOf(await pair.consume(0, tenant, id))).toBe(isUsed ? "already_consumed" : "ok");
    },
  );
});
