import { reset, runInDurableObject } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyUnsigned, tickDue } from "../../../src/app/confirmation/apply-unsigned.ts";
import { type CreateInput } from "../../../src/app/confirmation/create.ts";
import { loadCurrent } from "../../../src/app/confirmation/read.ts";
import { receiptOf } from "../../../src/app/evidence/build-receipt.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { type Policy } from "../../../src/core/policy/policy.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { confirmations } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { interrupted } from "../support/interrupted-store.ts";
import { trust } from "../support/log-audit.ts";
import {
  insertActivePasskey,
  personNamed,
  presign,
  revokePasskey,
  submit,
  type Signer,
} from "../support/signed-decisions.ts";
import { auditConfirmation } from "../support/stream-audit.ts";
import { needOf, requestUnder, staged } from "../policies/support/frozen-policies.ts";
import { requestUnderSealed } from "../policies/support/sealed-policies.ts";
import { bindings, freshPlatform, newCompany, type Company, runtimeOf } from "../support/worker-fixture.ts";

// Both of two must sign; five minutes later one is enough.

/** Long enough to sign before it on a busy machine. */
const ALARM_MILLISECONDS = 3_000;
const ESCALATION_SECONDS = 300;
const HOUR_MILLISECONDS = 3_600_000;

let platform: Platform;
let runtime: Runtime;
let company: Company;
let store: TenantStore;
let alex: Signer;
let maria: Signer;
afterAll(() => reset());
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
  runtime = runtimeOf(company.store);
  store = company.store;
  const other = await company.enrolled("maria");
  alex = { person: await personNamed(store, "alex"), passkey: company.alex.passkey };
  maria = { person: await personNamed(store, "maria"), passkey: other.passkey };
}, 30_000);

function bothOrLaterOne(): Policy {
  const both = [alex, maria];
  return staged([[needOf(2, both)]], {
    escalations: [{ afterSeconds: ESCALATION_SECONDS, stage: 1, needs: [needOf(1, both)] }],
    breakGlass: [maria.person.id],
  });
}

async function create(more: Partial<CreateInput> = {}): Promise<string> {
  return requestUnderSealed(runtime, store, alex, bothOrLaterOne(), {
    expiresInMilliseconds: HOUR_MILLISECONDS,
    ...more,
  });
}

/** A request that alex has approved. */
async function approvedByOne(signer = alex, id?: string): Promise<string> {
  const asked = id ?? (await create());
  const signed = await presign(runtime, store, asked, signer);
  expect((await submit(runtime, store, signed)).ok).toBe(true);
  expect((await auditConfirmation(store, asked)).status).toBe("pending");
  return asked;
}

/** Another server, whose clock shows a later or earlier time. */
const shifted = (milliseconds: number): Runtime => ({ ...runtime, now: () => Date.now() + milliseconds });
const afterEscalation = () => shifted(ESCALATION_SECONDS * 1_000);

/** The verdict about the receipt, and when it was decided, before the expiry. */
async function receiptVerdict(id: string): Promise<readonly unknown[]> {
  const loaded = expectOk(await loadCurrent(runtime, store, id));
  const file = expectOk(await receiptOf(runtime, store, loaded));
  const report = await verifyReceipt(file, { tenant: ANY_TENANT, trust: await trust() });
  return [report.verified, report.outcome, loaded.row.expiresAt - (loaded.row.decidedAt ?? 0)];
}

describe("an approval that an escalation makes enough", () => {
  it("is sealed at that time by the alarm, without a call", async () => {
    const id = await create();
    const dueAt = platform.now() + ALARM_MILLISECONDS;
    const times = { createdAt: dueAt - ESCALATION_SECONDS * 1_000, dueAt };
    await store.update(confirmations, times, eq(confirmations.id, id));
    await approvedByOne(alex, id);
    await runInDurableObject(bindings.DESK.getByName(store.tenantId), (_desk, { storage }) =>
      storage.setAlarm(dueAt),
    );
    await expect
      .poll(async () => (await store.first(confirmations, eq(confirmations.id, id)))?.status, {
        timeout: 5 * ALARM_MILLISECONDS,
      })
      .toBe("approved");
    await auditConfirmation(store, id);
    expect(await receiptVerdict(id)).toEqual([true, "approved", expect.any(Number)]);
  });

  it("is due at the escalation, and after that at the expiry", async () => {
    const id = await create();
    const row = async () => await auditConfirmation(store, id);
    const before = await row();
    expect(before.dueAt - before.createdAt).toBe(ESCALATION_SECONDS * 1_000);
    expect(await tickDue(afterEscalation(), store)).toBe(before.expiresAt);
    const after = await row();
    expect([after.status, after.escalated, after.dueAt]).toEqual(["pending", 1, after.expiresAt]);
    await applyUnsigned(runtime, store, id, { kind: "cancel" });
  });

  it("is dated before the expiry, also if nobody noticed it until then", async () => {
    const id = await approvedByOne();
    expectOk(await loadCurrent(shifted(2 * HOUR_MILLISECONDS), store, id));
    expect(await receiptVerdict(id)).toEqual([true, "approved", 1]);
    await auditConfirmation(store, id);
  });

  it.each(["approve", "reject", "break-glass"] as const)(
    "stays the outcome if somebody signs too late: %s",
    async (choice) => {
      const id = await approvedByOne();
      const signed = await presign(runtime, store, id, maria, choice, "late");
      const answer = await submit(afterEscalation(), store, signed);
      expect(answer).toMatchObject({ refusal: { code: "already_decided" } });
      expect((await auditConfirmation(store, id)).status).toBe("approved");
    },
  );

  it("stays the outcome if the requester cancels too late, and the next read shows it", async () => {
    const id = await approvedByOne();
    const cancelled = await applyUnsigned(afterEscalation(), store, id, { kind: "cancel" });
    expect(cancelled).toMatchObject({ refusal: { detail: "the request was already decided" } });
    expect((await auditConfirmation(store, id)).status).toBe("pending");
    const { state } = expectOk(await loadCurrent(afterEscalation(), store, id));
    expect([state.status, state.sealed]).toEqual(["approved", true]);
  });

  it("does not count a passkey that is revoked just before the commit", async () => {
    const spare = { person: alex.person, passkey: await insertActivePasskey(runtime, store, alex.person) };
    const id = await approvedByOne(spare);
    const revoke = () => revokePasskey(runtime, store, spare.passkey);
    const other = interrupted(store, revoke);
    const { row } = expectOk(await applyUnsigned(afterEscalation(), other, id, { kind: "tick" }));
    expect([row.status, row.escalated]).toEqual(["pending", 1]);
  });

  it("is refused for a change of the directory, which needs its signers' rights at that time", async () => {
    const asked = requestUnder(runtime, store, bothOrLaterOne(), { type: "policy.changed" });
    await expect(asked).rejects.toThrow("no escalations");
  });
});

describe("a server whose clock differs", () => {
  it("takes no signature over a page from before the request", async () => {
    const id = await company.asked("maria");
    const signed = await presign(shifted(-5_000), store, id, maria);
    expect(await submit(runtime, store, signed)).toMatchObject({ refusal: { code: "challenge_expired" } });
    expect((await auditConfirmation(store, id)).status).toBe("pending");
  });

  it("dates no decision before its signature", async () => {
    const id = await company.asked("maria");
    const signed = await presign(shifted(5_000), store, id, maria);
    expect((await submit(runtime, store, signed)).ok).toBe(true);
    expect(await receiptVerdict(id)).toEqual([true, "approved", expect.any(Number)]);
  });
});
