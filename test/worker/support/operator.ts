import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { requestSealing } from "../../../src/app/sealing/request-sealing.ts";
import { canonicalPayload } from "../../../src/core/confirmation/canonical-payload.ts";
import { createConfirmation } from "../../../src/app/confirmation/create.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import { auditExport, type AuditReport } from "../../../src/core/evidence/audit.ts";
import type { Bytes } from "../../../src/core/encoding/bytes.ts";
import type { LogReader } from "../../../src/core/tlog/log-entries.ts";
import { openExport } from "../../../src/core/evidence/export.ts";
import { historyRow, type HistoryRow } from "../../../src/core/evidence/history.ts";
import { leafHash, treeRoot } from "../../../src/core/tlog/merkle.ts";
import { monitorLog, type LogState } from "../../../src/core/evidence/monitor.ts";
import { singleApproverPolicy, type Policy } from "../../../src/core/confirmation/policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { entriesPath, tilePath } from "../../../src/core/tlog/tile.ts";
import type { TrustPolicy } from "../../../src/core/tlog/trust-policy.ts";
import { verifyReceipt, type VerifyOptions } from "../../../src/core/evidence/verify.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import type { BrowserClient } from "../../support/browser-client.ts";
import { asking, overdue } from "./rest-calls.ts";
import {
  bindings,
  emptyHouse,
  fetchWorker,
  idOf,
  newCompany,
  ORIGIN,
  type Company,
} from "./worker-fixture.ts";
import { bytesAt, log, sealed, textAt, trust } from "./log-audit.ts";
import { rollBack, takeRows, type Rows } from "./log-storage.ts";
import { rows, tableNames, type Row } from "./database-rows.ts";
import { personNamed } from "./signed-decisions.ts";

// What an operator attacks, what he holds besides (the database, the log's storage and its key), and those
// who judge the evidence that he can produce then: they have what is public, and what they were given before.

/** Two audits and more, on a machine that may be busy. */
export const CASE_MAX_MILLISECONDS = 30_000;

/** An honest tenant with a past. */
export interface Victim extends Company {
  readonly runtime: Runtime;
  readonly stream: string;
  /** The log's key, as everybody had it before the attack. */
  readonly trust: TrustPolicy;
  readonly maria: BrowserClient;
  readonly cy: BrowserClient;
  /** An admin once; her passkey is revoked. */
  readonly rae: BrowserClient;
  readonly used: string;
  readonly rejected: string;
  readonly approved: string;
  readonly expired: string;
  /** Approved by two, as its policy demands. */
  readonly both: string;
}

/** Where the records of the victim stand in its stream. */
export const SEQ = {
  revoked: 4,
  use: 6,
  rejected: 7,
  approved: 8,
  expired: 9,
  both: 10,
};
/** Its place in the log: another tenant's beginning stands before. */
export const OTHERS_BEFORE = 1;

export async function honestTenant(): Promise<Victim> {
  const runtime = await emptyHouse();
  // Not all that other files leave in the log is gone with a reset, and here places in it are counted.
  await relayLog([]);
  await newCompany(runtime, "Another");
  const company = await newCompany(runtime);
  const { asked } = company;
  const { consume, read } = asking(company);
  const maria = await company.enrolled("maria", "admin");
  const cy = await company.enrolled("cy");
  const rae = await company.enrolled("rae", "admin");
  const { body } = await rae.post(`/devices/${rae.passkey.credential.id}/revoke`, {});
  await rae.decide(idOf(body.approval));
  const used = await asked("cy");
  await cy.decide(used);
  await consume(used);
  const rejected = await asked("cy");
  await cy.decide(rejected, { decision: "reject", reason: "not today" });
  const approved = await asked("maria");
  await maria.decide(approved, { reason: "go" });
  const expired = await asked("cy");
  await overdue(expired);
  await read(expired);
  const stream = (await company.store.own()).stream ?? "";
  const known = { stream, trust: await trust() };
  const own = { ...company, runtime, ...known, maria, cy, rae, used, rejected, approved, expired, both: "" };
  const both = await askedOfBoth(own, 2);
  await maria.decide(both);
  await cy.decide(both);
  return { ...own, both };
}

/** So many of maria and cy. */
export async function ofBoth({ store }: Victim, threshold: number): Promise<Policy> {
  const people = await Promise.all(["maria", "cy"].map((name) => personNamed(store, name)));
  const of = people.map(({ id }) => ({ kind: "person" as const, person: id }));
  return {
    ...singleApproverPolicy("unused"),
    name: "Both",
    require: { kind: "quorum", name: "Staff", threshold, of },
  };
}

/** No door makes one yet. */
export async function askedOfBoth(own: Victim, threshold: number): Promise<string> {
  const { store, runtime } = own;
  const [project] = await rows("SELECT id, name FROM projects WHERE tenant_id = ?1", store.tenantId);
  const created = await createConfirmation(runtime, store, {
    type: "decision",
    project: { id: String(project?.["id"]), name: String(project?.["name"]) },
    requester: { kind: "service", id: "k_1", name: "ci", person: null },
    action: "Deploy to production",
    payload: expectOk(canonicalPayload({ service: "api", sha: "abc123" })),
    approver: await ofBoth(own, threshold),
    expiresInMilliseconds: 900_000,
    executeWithinMilliseconds: null,
    metadata: null,
  });
  return expectOk(created).row.id;
}

/** Everything there is, to begin each attack from the same past. */
export interface Past {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  readonly log: Rows;
  /** Whoever signs in later has a session that is not there any more. */
  readonly cookies: ReadonlyMap<BrowserClient, string>;
}

export async function takePast({ alex, maria, cy, rae }: Victim): Promise<Past> {
  const names = await tableNames();
  const tables = await Promise.all(
    names.map(async (name) => [name, await rows(`SELECT * FROM ${name}`)] as const),
  );
  const cookies = new Map([alex, maria, cy, rae].map((client) => [client, client.cookie]));
  return { tables: new Map(tables), log: await takeRows(), cookies };
}

export async function bringBack({ tables, log: entries, cookies }: Past): Promise<void> {
  await reset();
  await applyD1Migrations(bindings.DB, bindings.TEST_MIGRATIONS);
  const inserts = [...tables].flatMap(([name, all]) =>
    all.map((row) => {
      const columns = Object.keys(row);
      const marks = columns.map((_column, place) => `?${place + 1}`);
      // Rows that follow from others are there already, as they were.
      const insert = `INSERT INTO ${name} (${columns.join()}) VALUES (${marks.join()}) ON CONFLICT DO NOTHING`;
      return bindings.DB.prepare(insert).bind(...Object.values(row));
    }),
  );
  await bindings.DB.batch([bindings.DB.prepare("PRAGMA defer_foreign_keys = on"), ...inserts]);
  await rollBack(entries);
  for (const [client, cookie] of cookies) client.cookie = cookie;
}

// The log in the operator's hands.

export async function entriesNow(): Promise<readonly Bytes[]> {
  const stored = (await takeRows()).get("entries") ?? [];
  return stored.map(({ entry }) => new Uint8Array(entry as ArrayBuffer));
}

/** The log's storage made anew of these entries, and signed with its key. */
export async function relayLog(entries: readonly Bytes[]): Promise<void> {
  const size = entries.length;
  const root = treeRoot(entries.map(leafHash));
  const note = logSigner(env.LOG_ORIGIN, env.LOG_SEED).checkpoint(size, root);
  // What it looks labels up by need not be what it serves.
  const stored = entries.map((entry, position) => ({
    position,
    prefix: Uint8Array.of(0, 0, position >> 8, position % 256).buffer,
    entry: entry.slice().buffer,
  }));
  for (const { key } of (await env.COPY.list()).objects) await env.COPY.delete(key);
  const laid = new Map<Parameters<Rows["get"]>[0], NonNullable<ReturnType<Rows["get"]>>>();
  laid.set("entries", stored);
  laid.set("tiles", []);
  laid.set("checkpoint", [{ size, root: root.slice().buffer, note }]);
  laid.set("copied", []);
  await rollBack(laid);
}

/** His rows sealed anew from this record on, as the service seals; then others' entries, so that the log has grown. */
export async function sealAnew({ store, runtime }: Victim, from: number): Promise<void> {
  const before = await entriesNow();
  await relayLog(before.slice(0, OTHERS_BEFORE + from));
  await rows(
    "UPDATE outbox SET idx = NULL, commitment = NULL WHERE tenant_id = ?1 AND seq >= ?2",
    store.tenantId,
    from,
  );
  await requestSealing(runtime, store.tenantId);
  const after = await entriesNow();
  for (let size = after.length; size <= before.length; size++) await log().append([sealed(`more ${size}`)]);
}

// Those who judge.

/** The names of what failed. Nothing is verified that failed, and nothing failed that is verified. */
function failing(judged: {
  readonly verified: boolean;
  readonly checks: readonly { readonly name: string; readonly status: string }[];
}): string {
  const names = judged.checks.filter(({ status }) => status === "failed").map(({ name }) => name);
  expect(judged.verified).toBe(names.length === 0);
  return names.join(" ");
}

/** An export whose rows do not make records any more. */
export const BREAKS_OFF = "the service breaks off";

async function download(path: string, key: string): Promise<Bytes | string> {
  const response = await fetchWorker(ORIGIN + path, { headers: { "x-api-key": key } });
  try {
    const body = new Uint8Array(await response.arrayBuffer());
    return response.status === 200 ? body : `the service answers ${response.status}`;
  } catch {
    return BREAKS_OFF;
  }
}

export async function receiptOf({ apiKey }: Company, id: string): Promise<Bytes | string> {
  return download(`/api/confirmations/${id}/receipt`, apiKey);
}

export async function exportOf({ auditKey }: Company): Promise<Bytes | string> {
  return download("/api/audit/export", auditKey);
}

/** By a stranger who knows the tenant's id and trusts the log's key. */
export async function judgeReceipt(
  own: Victim,
  file: Bytes | string,
  more: Partial<VerifyOptions> = {},
): Promise<string> {
  if (typeof file === "string") return file;
  return failing(await verifyReceipt(file, { tenant: own.stream, trust: own.trust, ...more }));
}

export const reader: LogReader = {
  fetchTile: async (tile) => bytesAt(tilePath(tile)),
  fetchEntries: async ({ index, width }) => bytesAt(entriesPath(index, width)),
};

export async function auditOf(own: Victim, file: Bytes, tenant = own.stream): Promise<AuditReport> {
  const knowledge = { tenant, trust: own.trust, checkpoint: await textAt("checkpoint"), log: reader };
  return auditExport(await openExport([file]), { ...knowledge, lookahead: 100 });
}

export async function judgeExport(own: Victim, file: Bytes | string, tenant = own.stream): Promise<string> {
  return typeof file === "string" ? file : failing(await auditOf(own, file, tenant));
}

/** The history that an export gives, as far as it can be read. */
export async function historyIn(file: Bytes | string): Promise<readonly HistoryRow[]> {
  const created = typeof file === "string" ? undefined : await openExport([file]);
  const history: HistoryRow[] = [];
  if (created?.ok !== true) return history;
  for await (const row of created.value.rows) if (row.ok) history.push(historyRow(row.value));
  return history;
}

export interface Memory extends LogState {
  readonly labels: ReadonlySet<string>;
}

/** A monitor looks, with what it remembers: the name of the alarm, or what it remembers now. */
export async function lookNow(own: Victim, before?: Memory): Promise<Memory | string> {
  const labels = before?.labels ?? new Set<string>();
  const by = { trust: own.trust, log: reader, now: Date.now(), labels };
  const looked = await monitorLog(await textAt("checkpoint"), before, by);
  if (!looked.ok) return looked.alarm.name;
  const { checkpoint, grownAt, newLabels } = looked.state;
  return { checkpoint, grownAt, labels: new Set([...labels, ...newLabels]) };
}

/** Each of those who could notice: the names of the checks that fail; "" is nothing. */
export interface Caught {
  /** The receipt of what the operator did, by itself. */
  readonly receipt?: string;
  /** The complete history as he exports it now. */
  readonly audit?: string;
  /** Whoever has looked at the log before. */
  readonly monitor?: string;
  /** A receipt that was issued before, held against his export of now. */
  readonly held?: string;
}

/** What they knew before the attack. */
export interface Witnessed {
  readonly memory: Memory;
  readonly receipt: Bytes | string;
}

export async function witness(own: Victim): Promise<Witnessed> {
  const memory = await lookNow(own);
  if (typeof memory === "string") throw new Error(`the honest log is not: ${memory}`);
  return { memory, receipt: await receiptOf(own, own.approved) };
}

export async function judge(own: Victim, { memory, receipt }: Witnessed, id: string): Promise<Caught> {
  const file = await exportOf(own);
  const seen = await lookNow(own, memory);
  return {
    receipt: await judgeReceipt(own, await receiptOf(own, id)),
    audit: await judgeExport(own, file),
    monitor: typeof seen === "string" ? seen : "",
    held: await judgeReceipt(own, receipt, { history: await historyIn(file) }),
  };
}

export interface Attacked {
  readonly before: Caught;
  readonly after: Caught;
}

/** Judged before the attack and after it, which returns the request whose receipt is looked at then. */
export async function attacked(own: Victim, attack: () => Promise<string>): Promise<Attacked> {
  const known = await witness(own);
  const before = await judge(own, known, own.approved);
  const id = await attack();
  return { before, after: await judge(own, known, id) };
}

export const UNSEEN: Required<Caught> = { receipt: "", audit: "", monitor: "", held: "" };
