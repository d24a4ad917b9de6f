import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { CreateInput } from "../../../../src/app/confirmation/create.ts";
import { requestSealing } from "../../../../src/app/sealing/request-sealing.ts";
import type { Runtime } from "../../../../src/app/runtime.ts";
import type { Bytes } from "../../../../src/core/encoding/bytes.ts";
import { leafHash, treeRoot } from "../../../../src/core/tlog/merkle.ts";
import { type Policy } from "../../../../src/core/policy/policy.ts";
import type { TrustPolicy } from "../../../../src/core/tlog/trust-policy.ts";
import { logSigner } from "../../../../src/log/log-signer.ts";
import type { BrowserClient } from "../../../support/browser-client.ts";
import { restCalls, letExpire } from "../../support/rest-calls.ts";
import {
  bindings,
  freshPlatform,
  idOf,
  newCompany,
  type Company,
  runtimeOf,
  noteEdit,
} from "../../support/worker-fixture.ts";
import { log, sealed, trust } from "../../support/log-audit.ts";
import { rollBack, takeRows, type Rows } from "../../support/log-storage.ts";
import { rows, tableNames, type Row } from "../../support/database-rows.ts";
import { needOf, requestUnder, staged } from "../../policies/support/frozen-policies.ts";
import { sealedPolicy } from "../../policies/support/sealed-policies.ts";
import { personNamed } from "../../support/signed-decisions.ts";

// The tenant that an operator attacks, and what the operator controls: the database, the log's storage and its key.

/** An honest tenant with some history. */
export interface AttackedTenant extends Company {
  readonly runtime: Runtime;
  readonly stream: string;
  /** The log's key, as verifiers had it before the attack. */
  readonly trust: TrustPolicy;
  readonly maria: BrowserClient;
  readonly cy: BrowserClient;
  /** A former admin; her passkey is revoked. */
  readonly rae: BrowserClient;
  readonly used: string;
  readonly rejected: string;
  readonly approved: string;
  readonly expired: string;
  /** Approved by two people, as its policy requires. */
  readonly both: string;
}

/** The sequence numbers of the tenant's records. */
export const SEQ = {
  /** The document of the policy of two people. */
  policy: 4,
  revoked: 5,
  use: 7,
  rejected: 8,
  approved: 9,
  expired: 10,
  both: 11,
};
/** The log starts with the first record of another tenant. */
export const ENTRIES_BEFORE = 1;

/** The tenant of a test file. Before each test, what the last one did to it is undone. */
export function setUpAttackedTenant(assign: (created: AttackedTenant) => void): void {
  let snapshot: Snapshot;
  beforeAll(async () => {
    const tenant = await createAttackedTenant();
    snapshot = await takeSnapshot(tenant);
    assign(tenant);
  });
  beforeEach(() => restoreSnapshot(snapshot));
  afterAll(() => reset());
}

async function createAttackedTenant(): Promise<AttackedTenant> {
  const platform = await freshPlatform();
  // A reset does not remove everything that other files left in the log, and these tests need exact indices.
  await rewriteLog([]);
  await newCompany(platform, "Another");
  const company = await newCompany(platform);
  const { asked } = company;
  const { consume, read } = restCalls(company);
  const maria = await company.enrolled("maria", "admin");
  const cy = await company.enrolled("cy");
  const rae = await company.enrolled("rae", "admin");
  const runtime = runtimeOf(company.store, platform);
  await sealedBy({ ...company, runtime }, await quorumOfBoth(company, 2));
  const { body } = await rae.post(`/devices/${rae.passkey.credential.id}/revoke`, {});
  await rae.decide(idOf(body.approval));
  const used = await asked("cy");
  await cy.decide(used);
  await consume(used);
  const rejected = await asked("cy");
  await cy.decide(rejected, { vote: "reject", reason: "not today" });
  const approved = await asked("maria");
  await maria.decide(approved, { reason: "go" });
  const expired = await asked("cy");
  await letExpire(expired);
  await read(expired);
  const stream = (await company.store.own()).stream ?? "";
  const evidence = { stream, trust: await trust() };
  const tenant = {
    ...company,
    runtime,
    ...evidence,
    maria,
    cy,
    rae,
    used,
    rejected,
    approved,
    expired,
    both: "",
  };
  const both = await requestFromBoth(tenant, 2);
  await maria.decide(both);
  await cy.decide(both);
  return { ...tenant, both };
}

/** A policy that requires this many of maria and cy. Nobody has signed it. */
export async function quorumOfBoth(
  { store }: Pick<AttackedTenant, "store">,
  threshold: number,
): Promise<Policy> {
  const people = await Promise.all(["maria", "cy"].map((name) => personNamed(store, name)));
  const both = people.map((person) => ({ person }));
  return staged([[needOf(threshold, both)]]);
}

/** The policy as a request gets it from a document that alex has signed. */
export async function sealedBy(
  { alex, store, runtime }: Pick<AttackedTenant, "alex" | "store" | "runtime">,
  policy: Policy,
  more: Partial<CreateInput> = {},
): Promise<Policy> {
  const manager = { person: await personNamed(store, "alex"), passkey: alex.passkey };
  return sealedPolicy(runtime, store, manager, policy, more);
}

/** The id of a new request under the policy of this many. */
export async function requestFromBoth(tenant: AttackedTenant, threshold: number): Promise<string> {
  const policy = await sealedBy(tenant, await quorumOfBoth(tenant, threshold));
  return requestUnder(tenant.runtime, tenant.store, policy, {
    requester: { kind: "service", id: "k_1", name: "ci", person: null },
    action: "Deploy to production",
    expiresInMilliseconds: 900_000,
  });
}

/** The whole state, so that each attack starts from the same one. */
interface Snapshot {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  readonly log: Rows;
  /** A session from a later sign-in would not exist any more. */
  readonly cookies: ReadonlyMap<BrowserClient, string>;
}

async function takeSnapshot({ alex, maria, cy, rae }: AttackedTenant): Promise<Snapshot> {
  const names = await tableNames();
  const tables = await Promise.all(
    names.map(async (name) => [name, await rows(`SELECT * FROM ${name}`)] as const),
  );
  const cookies = new Map([alex, maria, cy, rae].map((client) => [client, client.cookie]));
  return { tables: new Map(tables), log: await takeRows(), cookies };
}

async function restoreSnapshot({ tables, log: entries, cookies }: Snapshot): Promise<void> {
  await reset();
  for (const database of [bindings.DB, bindings.DB_1])
    await applyD1Migrations(database, bindings.TEST_MIGRATIONS);
  const inserts = [...tables].flatMap(([name, all]) =>
    all.map((row) => {
      const columns = Object.keys(row);
      const marks = columns.map((_column, place) => `?${place + 1}`);
      // Rows that triggers derive from other rows exist already.
      const insert = `INSERT INTO ${name} (${columns.join()}) VALUES (${marks.join()}) ON CONFLICT DO NOTHING`;
      return bindings.DB.prepare(insert).bind(...Object.values(row));
    }),
  );
  await bindings.DB.batch([bindings.DB.prepare("PRAGMA defer_foreign_keys = on"), ...inserts]);
  noteEdit();
  await rollBack(entries);
  for (const [client, cookie] of cookies) client.cookie = cookie;
}

export async function readLogEntries(): Promise<readonly Bytes[]> {
  const stored = (await takeRows()).get("entries") ?? [];
  return stored.map(({ entry }) => new Uint8Array(entry as ArrayBuffer));
}

/** Replaces the log's storage by these entries, signed with the log's key. */
export async function rewriteLog(entries: readonly Bytes[]): Promise<void> {
  const size = entries.length;
  const root = treeRoot(entries.map(leafHash));
  const note = logSigner(env.LOG_ORIGIN, env.LOG_SEED).checkpoint(size, root);
  // The prefix of a label in the index need not match the entry.
  const stored = entries.map((entry, position) => ({
    position,
    prefix: Uint8Array.of(0, 0, position >> 8, position % 256).buffer,
    entry: entry.slice().buffer,
  }));
  for (const { key } of (await env.COPY.list()).objects) await env.COPY.delete(key);
  const tables = new Map<Parameters<Rows["get"]>[0], NonNullable<ReturnType<Rows["get"]>>>();
  tables.set("entries", stored);
  tables.set("tiles", []);
  tables.set("checkpoint", [{ size, root: root.slice().buffer, note }]);
  tables.set("copied", []);
  await rollBack(tables);
}

/** Seals the edited rows again from this record on, as the service does. Then adds entries, so the log has grown. */
export async function resealFrom({ store, runtime }: AttackedTenant, from: number): Promise<void> {
  const before = await readLogEntries();
  await rewriteLog(before.slice(0, ENTRIES_BEFORE + from));
  await rows(
    "UPDATE outbox SET idx = NULL, commitment = NULL WHERE tenant_id = ?1 AND seq >= ?2",
    store.tenantId,
    from,
  );
  await requestSealing(runtime);
  const after = await readLogEntries();
  for (let size = after.length; size <= before.length; size++) await log().append([sealed(`more ${size}`)]);
}
