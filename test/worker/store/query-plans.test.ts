import { reset } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { approvalData, approvalFor } from "../../../src/app/decision/approval-page.ts";
import { ask } from "../../../src/app/confirmation/ask.ts";
import { cancel } from "../../../src/app/confirmation/cancel.ts";
import { consume } from "../../../src/app/confirmation/consume.ts";
import { read } from "../../../src/app/confirmation/read.ts";
import { wait } from "../../../src/app/confirmation/wait.ts";
import { inboxOf } from "../../../src/app/decision/read-inbox.ts";
import { receiptOf } from "../../../src/app/evidence/build-receipt.ts";
import { enrolmentState } from "../../../src/app/account/enrolment-state.ts";
import { openSession, readSession } from "../../../src/app/account/passkey-session.ts";
import { tickDue } from "../../../src/app/confirmation/apply-unsigned.ts";
import { list } from "../../../src/app/confirmation/list.ts";
import { secretHash } from "../../../src/app/account/secret-hash.ts";
import { sweep } from "../../../src/app/sweep.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import {
  insertConfirmations,
  type NewConfirmation,
} from "../../../src/store/confirmation/new-confirmations.ts";
import { confirmations } from "../../../src/store/schema.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { RetryingClient, principalIn } from "../support/retrying-client.ts";
import { failingRuntime, noFault, storeIn } from "../support/failing-writes.ts";
import { bindings, freshPlatform, observedDatabase, newCompany } from "../support/worker-fixture.ts";
import { personNamed } from "../support/signed-decisions.ts";

// The cost of a call must not grow with the tenant's history. This checks the query plan of every statement of the flow:
// no growing table is read by its tenant alone.

const PAYLOAD = expectOk(canonicalPayload({ service: "api" }));
const input = (name: string) => ({
  username: "alex",
  action: `Deploy ${name}`,
  payload: PAYLOAD,
  expiresInSeconds: 900,
  executeWithinSeconds: null,
  metadata: null,
  policy: null,
});

/** These read by the tenant alone, along an index, and stop after one row or one page. */
const BOUNDED = [
  /^SELECT max\(seq\) FROM "outbox" WHERE tenant_id = \?$/,
  /order by "outbox"\."seq" desc limit \?$/,
  /order by "confirmations"\."id" desc limit \?$/,
];
/** Partial indexes with few rows: unsealed records, pending confirmations, changes of the directory. */
const FEW =
  /outbox_unsealed|outbox_directory|outbox_recoveries|confirmations_pending|confirmations_open|confirmations_changes/;
/** The last seq is at the end of this index. */
const LAST = /COVERING INDEX sqlite_autoindex_outbox_1/;
/** Lookups that SQLite plans for a violated foreign key, and does not run otherwise. */
const ORPHANS: Readonly<Record<string, RegExp>> = {
  confirmations: /^SEARCH (?:ceremonies|idempotency|audience|outbox|steps|reveals|events) /,
  steps: /^SEARCH votes /,
};

const statements = new Set<string>();
afterAll(() => reset());
beforeAll(async () => {
  const real = await freshPlatform();
  const company = await newCompany(real);
  const runtime = failingRuntime(
    company.store,
    real,
    { ...bindings, DB: observedDatabase({ prepare: (text) => statements.add(text) }) },
    noFault(),
  );
  const principal = await principalIn(storeIn(runtime, company.store), company.apiKey);
  const { store } = principal;
  const client = new RetryingClient(runtime, store);
  const alex = await personNamed(store, "alex");
  const asked = async (name: string, repeats = false) => {
    const options = repeats
      ? ({ protocol: "mcp", idempotencyKey: null } as const)
      : ({ protocol: "rest", idempotencyKey: name } as const);
    return expectOk(await ask(runtime, principal, input(name), options)).view.row.id;
  };
  const id = await asked("first");
  await insertGroup(store, id, principal.key.id, alex.id);
  await wait(runtime, principal, id, 1, { by: "backend", key: principal.key.id, call: "1" });
  expectOk(await cancel(runtime, principal, await asked("cancelled")));
  await asked("repeated", true);
  await asked("repeated", true);
  const secret = await openSession(runtime, store, company.alex.passkey.credential);
  const session = await readSession(runtime, store, secretHash(secret));
  if (session === undefined) throw new RangeError("the session is absent");
  await enrolmentState(store, { ...session, active: false });
  const shown = expectOk(await approvalFor(runtime, store, id, alex));
  await approvalData(runtime, store, shown, alex);
  await inboxOf(runtime, store, alex);
  await inboxOf(runtime, store, alex, id);
  await client.decide(id, company.alex.passkey);
  await runtime.desk.seal();
  const loaded = expectOk(await read(runtime, principal, id));
  expectOk(await receiptOf(runtime, store, loaded));
  expectOk(await consume(runtime, principal, id, PAYLOAD, "use"));
  await list(runtime, store, {
    project: principal.project.id,
    status: "approved",
    approver: "alex",
    limit: 5,
  });
  await list(runtime, store, { project: principal.project.id, status: "pending", limit: 5 });
  await tickDue(runtime, store);
  await sweep(runtime);
}, 60_000);

/** As the desk inserts drafts of the same moment. */
async function insertGroup(store: TenantStore, id: string, key: string, person: string): Promise<void> {
  const like = await store.first(confirmations, eq(confirmations.id, id));
  if (like === undefined) throw new RangeError("nothing was asked");
  const drafts = ["named", "asked of people"].map((name, place): NewConfirmation => ({
    row: { ...like, id: `c_${name}`, approverId: null },
    audience: place === 0 ? { username: "alex" } : { people: [person] },
    key,
    idempotency: { key, name, requestHash: "" },
  }));
  expect((await insertConfirmations(store, drafts)).size).toBe(2);
}

/** A numbered parameter can occur more than once. */
function countParameters(text: string): number {
  const marks = Array.from(text.matchAll(/\?\d*/g), ([mark], at) => (mark === "?" ? at : mark));
  return new Set(marks).size;
}

/** The steps of the plan that read an unbounded number of rows. */
async function unbounded(text: string): Promise<readonly string[]> {
  if (BOUNDED.some((known) => known.test(text))) return [];
  const { results } = await bindings.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
    .bind(...Array.from({ length: countParameters(text) }, () => null))
    .all<{ detail: string }>();
  const target = /^insert into "([a-z_]+)"/.exec(text)?.[1] ?? "";
  return results
    .map(({ detail }) => detail)
    .filter((detail) => isUnbounded(detail) && !(ORPHANS[target] ?? NOTHING).test(detail));
}

const NOTHING = /^$/;
/** Tables that grow with the history, and the aliases of tables in joins. */
const GROWS =
  "audience|confirmations|outbox|votes|steps|ceremonies|idempotency|sessions|enrolments|webauthn_challenges|[a-z]";
const SCANS = new RegExp(`^SCAN (?:${GROWS})\\b(?!.*VIRTUAL TABLE)`);
const TENANT_ONLY = new RegExp(`^SEARCH (?:${GROWS}) .*\\(tenant_id=\\?\\)$`);

function isUnbounded(detail: string): boolean {
  return (SCANS.test(detail) || TENANT_ONLY.test(detail)) && !FEW.test(detail) && !LAST.test(detail);
}

describe("the plan of every statement of the flow", () => {
  it("reads no growing table by its tenant alone", async () => {
    expect(statements.size).toBeGreaterThan(30);
    const found: string[] = [];
    for (const text of statements) {
      for (const detail of await unbounded(text))
        found.push(`${detail} <- ${text.slice(0, 60)}...${text.slice(-300)}`);
    }
    expect(found).toEqual([]);
  });
});
