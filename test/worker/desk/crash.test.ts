import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ask } from "../../../src/app/confirmation/ask.ts";
import { consume } from "../../../src/app/confirmation/consume.ts";
import { read } from "../../../src/app/confirmation/read.ts";
import { requesterOf } from "../../../src/app/acts/act.ts";
import { requestRevocation } from "../../../src/app/directory/revoke.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Principal } from "../../../src/app/account/principal.ts";
import { receiptOf } from "../../../src/app/evidence/build-receipt.ts";
import { viewOf } from "../../../src/app/confirmation/view.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { confirmations, credentials } from "../../../src/store/schema.ts";
import { newPasskey } from "../../support/browser-client.ts";
import { auditRows, RetryingClient, principalIn } from "../support/retrying-client.ts";
import { Fault, failingRuntime, noFault, storeIn, type Moment } from "../support/failing-writes.ts";
import { bindings, freshPlatform, idOf, ORIGIN } from "../support/worker-fixture.ts";
import { trust } from "../support/log-audit.ts";
import { personNamed } from "../support/signed-decisions.ts";
import { auditStream, replayDirectory } from "../support/stream-audit.ts";

// The whole flow, in which each write fails in turn, before or after it is persisted. The client retries, with the same
// Idempotency-Key and the same assertion.

const PAYLOAD = expectOk(canonicalPayload({ service: "api", sha: "abc123" }));
const INPUT = {
  username: "alex",
  action: "Deploy",
  payload: PAYLOAD,
  expiresInSeconds: 900,
  executeWithinSeconds: null,
  metadata: null,
  policy: null,
};

const ONCE = { protocol: "rest", idempotencyKey: "once" } as const;

let real: Platform;
afterAll(() => reset());
beforeAll(async () => {
  real = await freshPlatform();
});

async function verified(runtime: Runtime, principal: Principal, id: string) {
  const { store } = principal;
  const loaded = expectOk(await read(runtime, principal, id));
  const file = expectOk(await receiptOf(runtime, store, loaded));
  const report = await verifyReceipt(file, { tenant: ANY_TENANT, trust: await trust() });
  return [report.verified, report.outcome];
}

interface Run {
  readonly fault: Fault;
  readonly retried: number;
}

async function flow(fault: Fault): Promise<Run> {
  const tenant = await createTenant(real, "Acme", "alex");
  const runtime = failingRuntime(tenant.store, real, bindings, fault);
  const working = failingRuntime(tenant.store, real, bindings, noFault());
  const store = storeIn(runtime, tenant.store);
  const client = new RetryingClient(runtime, store);
  const [phone, key] = [await newPasskey(ORIGIN), await newPasskey(ORIGIN)];

  await client.enrol(new URL(tenant.enrolUrl).hash.slice(1), phone);
  // As the cron does. The passkey is active once its record is sealed.
  await client.retry(() => runtime.desk.seal());

  const principal = await client.retry(() => principalIn(store, tenant.apiKey));
  const asked = expectOk(await client.retry(() => ask(runtime, principal, INPUT, ONCE)));
  const { id } = asked.view.row;
  expect(expectOk(await client.retry(() => ask(runtime, principal, INPUT, ONCE))).view.row.id).toBe(id);

  await client.decide(id, phone);
  const seen = viewOf(runtime, expectOk(await client.retry(() => read(runtime, principal, id))));
  // Visible only if it is in the log.
  expect(seen.status === "approved").toBe(seen.index !== null);
  await client.retry(() => runtime.desk.seal());
  expect(viewOf(runtime, expectOk(await client.retry(() => read(runtime, principal, id)))).status).toBe(
    "approved",
  );

  const used = await client.retry(() => consume(runtime, principal, id, PAYLOAD, "use"));
  expect(used.ok).toBe(true);
  expect((await client.retry(() => consume(runtime, principal, id, PAYLOAD, "use"))).ok).toBe(true);
  for (let again = 0; again < 2; again++) {
    const late = await client.retry(() => consume(runtime, principal, id, PAYLOAD, "another use"));
    expect(late).toMatchObject({ ok: false, refusal: { code: "already_consumed" } });
  }

  await client.decide(await client.addDevice(key, phone), phone);
  await client.retry(() => runtime.desk.seal());
  const person = await personNamed(store, "alex");
  const revocation = await client.retry(() =>
    requestRevocation(runtime, store, requesterOf(person, ""), person, key.credential.id),
  );
  await client.decide(idOf(expectOk(revocation)), phone);

  await client.retry(() => runtime.desk.seal());
  const { rows } = await auditStream(real, store);
  expect(rows.map(({ type }) => type)).toEqual([
    "stream.created",
    "decision",
    "consumed",
    "credential.endorsed",
    "credential.revoked",
  ]);
  await replayDirectory(store);
  await auditRows(store);
  const keys = await store.select(credentials);
  expect(new Map(keys.map((each) => [each.id, each.revokedAt !== null]))).toEqual(
    new Map([
      [phone.credential.id, false],
      [key.credential.id, true],
    ]),
  );
  expect((await store.select(confirmations)).length).toBe(3);
  expect(await verified(working, principal, id)).toEqual([true, "approved"]);
  return { fault, retried: client.faults };
}

const MOMENTS: readonly Moment[] = ["before", "after"];

/** The slow suite fails every write in both ways, the usual one in turn. */
function momentsOf(call: number): readonly Moment[] {
  return inject("suite") === "slow" ? MOMENTS : MOMENTS.slice(call % 2, (call % 2) + 1);
}

/** The failed write, if the flow has that many writes. The flow must succeed with each failure. */
async function failedWriteAt(call: number): Promise<string | undefined> {
  let failed: string | undefined;
  for (const moment of momentsOf(call)) {
    const { fault } = await flow(new Fault(call, moment)).catch((problem: unknown) => {
      throw new Error(`write ${call} failed ${moment} it was persisted`, { cause: problem });
    });
    failed = fault.failedWrite;
  }
  return failed;
}

describe("the flow succeeds if each of its writes fails", () => {
  it("before and after it is persisted", { timeout: 600_000 }, async () => {
    const failed: string[] = [];
    for (let call = 0; ; call++) {
      const write = await failedWriteAt(call);
      if (write === undefined) break;
      failed.push(write);
    }
    // The last flow had no failure, and every kind of write has failed before.
    expect(failed.length).toBeGreaterThan(30);
    expect(failed).toEqual(expect.arrayContaining(["log.append", "desk.seal", "desk.create"]));
    for (const table of [
      "ceremonies",
      "steps",
      "outbox",
      "idempotency",
      "webauthn_challenges",
      "enrolments",
    ]) {
      expect(failed.join()).toContain(`"${table}"`);
    }
  });
});
