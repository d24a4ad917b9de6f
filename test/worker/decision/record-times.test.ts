import { reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { applyUnsigned } from "../../../src/app/confirmation/apply-unsigned.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { outbox } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { auditOf } from "../support/http-audit.ts";
import { personNamed, presign, submit, type Signer } from "../support/signed-decisions.ts";
import { auditConfirmation } from "../support/stream-audit.ts";
import { freshPlatform, newCompany, runtimeOf, type Company } from "../support/worker-fixture.ts";

// Another server's clock was ahead when it committed a record. The next record is not dated before that one.

const MINUTE_MILLISECONDS = 60_000;

let runtime: Runtime;
let company: Company;
let store: TenantStore;
let alex: Signer;
afterAll(() => reset());
beforeEach(async () => {
  company = await newCompany(await freshPlatform());
  store = company.store;
  runtime = runtimeOf(store);
  alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
});

/** Decides a new request by a server with this clock. Returns the time of its record. */
async function decidedAt(minutesAhead: number, asked: object = {}): Promise<number> {
  const clock = { ...runtime, now: () => Date.now() + minutesAhead * MINUTE_MILLISECONDS };
  const id = await company.asked("alex", asked);
  expect((await submit(clock, store, await presign(clock, store, id, alex))).ok).toBe(true);
  return recordTime(id);
}

async function recordTime(id: string): Promise<number> {
  const { decidedAt: at, expiresAt } = await auditConfirmation(store, id);
  const record = await store.first(outbox, eq(outbox.confirmationId, id));
  expect(record?.at).toBe(at);
  expect(record?.at).toBeLessThan(expiresAt);
  return record?.at ?? 0;
}

describe("after a record by a clock that was ahead", () => {
  it("a decision has at least the time of that record", async () => {
    const ahead = await decidedAt(3);
    expect(await decidedAt(0)).toBe(ahead);
    expect(await decidedAt(0)).toBe(ahead);
    expect(await auditOf(company)).toBe("");
  });

  it("a cancellation has, too", async () => {
    const id = await company.asked();
    const ahead = await decidedAt(3);
    expect((await applyUnsigned(runtime, store, id, { kind: "cancel" })).ok).toBe(true);
    expect(await recordTime(id)).toBe(ahead);
    expect(await auditOf(company)).toBe("");
  });

  it("a decision is not dated after its request's expiry", async () => {
    const ahead = await decidedAt(3);
    const at = await decidedAt(0, { expiresInSeconds: 60 });
    expect(at).toBeGreaterThan(Date.now());
    expect(at).toBeLessThan(ahead);
    expect(await auditOf(company)).toBe("");
  });

  it("a decision has its own server's time if that record is dated too far ahead, and an audit finds it", async () => {
    await decidedAt(9);
    expect(await decidedAt(0)).toBeLessThanOrEqual(Date.now());
    expect(await auditOf(company)).toBe("time");
  });
});
