import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ask } from "../../../src/app/confirmation/ask.ts";
import { consume } from "../../../src/app/confirmation/consume.ts";
import { read } from "../../../src/app/confirmation/read.ts";
import { requestRevocation } from "../../../src/app/directory/endorse.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { createTenant } from "../../../src/app/account/create-tenant.ts";
import type { Principal } from "../../../src/app/account/principal.ts";
import { receiptOf } from "../../../src/app/evidence/build-receipt.ts";
import { viewOf } from "../../../src/app/confirmation/view.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { verifyReceipt } from "../../../src/core/evidence/verify.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { confirmations, credentials } from "../../../src/store/schema.ts";
import { newPasskey } from "../../support/browser-client.ts";
import { auditRows, RetryingClient, principalIn } from "../support/retrying-client.ts";
import { Fault, failingRuntime, noFault, type Moment } from "../support/failing-writes.ts";
import { bindings, freshRuntime, idOf, ORIGIN } from "../support/worker-fixture.ts";
import { trust } from "../support/log-audit.ts";
import { personNamed } from "../support/signed-decisions.ts";
import { auditStream, replayDirectory } from "../support/stream-audit.ts";

// The whole flow with each of its writes made to fail in turn, before and after it is persisted. The client
// does what clients do: it tries again, with the same name, the same assertion.

const PAYLOAD = expectOk(canonicalPayload({ service: "api", sha: "abc123" }));
const QUESTION = {
  username: "alex",
  action: "Deploy",
  payload: PAYLOAD,
  expiresInSeconds: 900,
  executeWithinSeconds: null,
  metadata: null,
  policy: null,
};

let real: Runtime;
afterAll(() => reset());
beforeAll(async () => {
  real = await freshRuntime();
});

async function verified(runtime: Runtime, { store }: Principal, id: string, principal: Principal) {
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
  const founded = await createTenant(real, "Acme", "alex");
  const runtime = failingRuntime(real, bindings, fault);
  const healed = failingRuntime(real, bindings, noFault());
  const { store } = await principalIn(runtime, founded.apiKey).catch(() =>
    principalIn(healed, founded.apiKey),
  );
  const client = new RetryingClient(runtime, store);
  const [phone, key] = [await newPasskey(ORIGIN), await newPasskey(ORIGIN)];

  await client.enrol(new URL(founded.enrolUrl).hash.slice(1), phone);
  // Whoever rings next, as the cron does: the passkey counts once its record is sealed.
  await client.insist(() => runtime.desk(store.tenantId).requestSealing());

  const principal = await client.insist(() => principalIn(runtime, founded.apiKey));
  const asked = expectOk(await client.insist(() => ask(runtime, principal, QUESTION, "once")));
  const { id } = asked.row;
  expect(expectOk(await client.insist(() => ask(runtime, principal, QUESTION, "once"))).row.id).toBe(id);

  await client.decide(id, phone);
  const seen = viewOf(expectOk(await client.insist(() => read(runtime, principal, id))));
  // Told only if it is in the log, and then wholly.
  expect(seen.status === "approved").toBe(seen.index !== null);
  await client.insist(() => runtime.desk(store.tenantId).requestSealing());
  expect(viewOf(expectOk(await client.insist(() => read(runtime, principal, id)))).status).toBe("approved");

  const used = await client.insist(() => consume(runtime, principal, id, PAYLOAD, "use"));
  expect(used.ok).toBe(true);
  expect((await client.insist(() => consume(runtime, principal, id, PAYLOAD, "use"))).ok).toBe(true);
  for (let again = 0; again < 2; again++) {
    const late = await client.insist(() => consume(runtime, principal, id, PAYLOAD, "another use"));
    expect(late).toMatchObject({ ok: false, refusal: { code: "already_consumed" } });
  }

  await client.decide(await client.addDevice(key), phone);
  await client.insist(() => runtime.desk(store.tenantId).requestSealing());
  const person = await personNamed(store, "alex");
  const revocation = await client.insist(() => requestRevocation(runtime, store, key.credential.id, person));
  await client.decide(idOf(expectOk(revocation)), phone);

  await client.insist(() => runtime.desk(store.tenantId).requestSealing());
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
  expect(await verified(real, principal, id, principal)).toEqual([true, "approved"]);
  return { fault, retried: client.faults };
}

const MOMENTS: readonly Moment[] = ["before", "after"];

/** The slow suite fails every write in both ways, the usual one in turn. */
function momentsOf(call: number): readonly Moment[] {
  return inject("suite") === "slow" ? MOMENTS : MOMENTS.slice(call % 2, (call % 2) + 1);
}

/** What this write does, if the flow has so many; each failure of it is survived. */
async function struckAt(call: number): Promise<string | undefined> {
  let struck: string | undefined;
  for (const moment of momentsOf(call)) {
    const { fault } = await flow(new Fault(call, moment)).catch((problem: unknown) => {
      throw new Error(`write ${call} failed ${moment} it was persisted`, { cause: problem });
    });
    struck = fault.struck;
  }
  return struck;
}

describe("each write of the flow fails", () => {
  it("before and after it is persisted", { timeout: 600_000 }, async () => {
    const struck: string[] = [];
    for (let call = 0; ; call++) {
      const write = await struckAt(call);
      if (write === undefined) break;
      struck.push(write);
    }
    // The flow has run through untouched, and everything that writes was struck on the way.
    expect(struck.length).toBeGreaterThan(30);
    expect(struck).toEqual(expect.arrayContaining(["log.append", "desk.requestSealing", "desk.create"]));
    for (const table of [
      "ceremonies",
      "steps",
      "outbox",
      "idempotency",
      "webauthn_challenges",
      "enrolments",
    ]) {
      expect(struck.join()).toContain(`"${table}"`);
    }
  });
});
