import { and, desc, eq, gt, lt, sql, type SQL } from "drizzle-orm";
import type { Assertion } from "../../core/webauthn/assertion.ts";
import { visibleStatus, type Status } from "../../core/confirmation/decision.ts";
import { parseJsonText, type JsonObject } from "../../core/encoding/strict-json.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import type { Statement } from "../../core/confirmation/statement.ts";
import {
  audience,
  confirmations,
  outbox,
  people,
  type ConfirmationRow,
  type PersonRow,
} from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { loadConfirmation, type Loaded } from "./load.ts";
import { codeOf } from "./create.ts";
import { settle, tickAll } from "./settle.ts";
import { isoTime, type Runtime } from "../runtime.ts";

// What a requester sees. An outcome that people signed shows once it is sealed; until then the request
// reads pending, and nothing of the decision shows.

export interface Signed {
  readonly approver: string;
  readonly decision: Statement["decision"];
  readonly reason: string;
  readonly statement: Statement;
  readonly assertion: Assertion;
  readonly decidedAt: string;
}

export interface View {
  readonly row: ConfirmationRow;
  readonly status: Status;
  readonly code: string;
  /** Who is asked, where that is one person. */
  readonly username: string | null;
  readonly decidedAt: string | null;
  readonly decisions: readonly Signed[];
  readonly index: number | null;
}

/** The confirmation as it is now. */
export async function current(runtime: Runtime, store: TenantStore, id: string): Promise<Result<Loaded>> {
  const loaded = await loadConfirmation(store, id);
  return loaded ? upToDate(runtime, store, loaded) : refuse("not_found", "there is no such request");
}

/** Time that has passed is written down before it is told, and what is decided is sealed. */
export async function upToDate(
  runtime: Runtime,
  store: TenantStore,
  loaded: Loaded,
): Promise<Result<Loaded>> {
  const { id } = loaded.row;
  const { status, expiresAt, sealed } = loaded.state;
  if (status === "pending" && runtime.now() >= expiresAt) return settle(runtime, store, id, { kind: "tick" });
  if (status === "pending" || sealed) return accept(loaded);
  // Decided and not sealed: somebody's ring was lost. Ring and look again.
  await requestSealing(runtime, store.tenantId);
  const after = await loadConfirmation(store, id);
  return after ? accept(after) : refuse("not_found", "there is no such request");
}

export function viewOf(loaded: Loaded): View {
  const { row, state, votes, decided } = loaded;
  const status = visibleStatus(state);
  const told = status !== "pending";
  return {
    row,
    status,
    code: codeOf(row),
    username: row.policy === null ? ([...loaded.people.values()][0]?.username ?? null) : null,
    decidedAt: told && row.decidedAt !== null ? isoTime(row.decidedAt) : null,
    decisions: told ? votes.map((vote) => signedBy(vote)) : [],
    index: told ? (decided?.index ?? null) : null,
  };
}

/** Of a confirmation that was made this moment. */
export function viewOfNew(row: ConfirmationRow, username: string | null): View {
  return { row, status: "pending", code: codeOf(row), username, decidedAt: null, decisions: [], index: null };
}

/** As it was written down: both had their shapes then. */
export function signedBy(vote: Loaded["votes"][number]): Signed {
  const statement = expectOk(parseJsonText(vote.statement)) as Statement;
  const assertion = expectOk(parseJsonText(vote.assertion)) as Assertion;
  return {
    approver: statement.approver.username,
    decision: vote.decision,
    reason: statement.reason,
    statement,
    assertion,
    decidedAt: isoTime(vote.at),
  };
}

export function metadataOf(row: ConfirmationRow): JsonObject | null {
  return row.metadata === null ? null : (expectOk(parseJsonText(row.metadata)) as JsonObject);
}

export interface ListFilter {
  readonly project: string;
  readonly status?: Status | undefined;
  readonly approver?: string | undefined;
  readonly createdAfter?: number | undefined;
  readonly limit: number;
  /** The id after which the list goes on. */
  readonly after?: string | undefined;
}

export interface Listed {
  readonly row: ConfirmationRow;
  readonly status: Status;
  readonly username: string | null;
}

/** Newest first; one more than asked for tells whether there are more. */
export async function list(
  runtime: Runtime,
  store: TenantStore,
  filter: ListFilter,
): Promise<{ items: readonly Listed[]; hasMore: boolean }> {
  // Whoever asks for what has expired also means what nobody has looked at since.
  if (filter.status === "expired") await tickAll(runtime, store);
  const rows = await store
    .select(confirmations, matching(store, filter))
    .orderBy(desc(confirmations.id))
    .limit(filter.limit + 1);
  const overdue = rows.filter(({ status, expiresAt }) => status === "pending" && expiresAt <= runtime.now());
  if (overdue.length > 0) {
    for (const { id } of overdue) await settle(runtime, store, id, { kind: "tick" });
    return list(runtime, store, filter);
  }
  const page = rows.slice(0, filter.limit);
  const sealed = await sealedOf(store, page);
  const names = await namesOf(store, page);
  const items = page.map((row) => ({
    row,
    status:
      row.status !== "pending" && ["approved", "rejected"].includes(row.status) && !sealed.has(row.id)
        ? ("pending" as const)
        : row.status,
    username: row.policy === null ? (names.get(row.id)?.username ?? null) : null,
  }));
  return { items, hasMore: rows.length > filter.limit };
}

function matching(store: TenantStore, filter: ListFilter): SQL | undefined {
  const sealed = sql`EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${store.tenantId}
    AND ${outbox.seq} = ${confirmations.decidedSeq} AND ${outbox.index} IS NOT NULL)`;
  const signed = sql`${confirmations.status} IN ('approved', 'rejected')`;
  const conditions = [eq(confirmations.type, "decision"), eq(confirmations.projectId, filter.project)];
  if (filter.status === "pending")
    conditions.push(sql`(${confirmations.status} = 'pending' OR (${signed} AND NOT ${sealed}))`);
  else if (filter.status !== undefined)
    conditions.push(eq(confirmations.status, filter.status), sql`(NOT ${signed} OR ${sealed})`);
  if (filter.createdAfter !== undefined) conditions.push(gt(confirmations.createdAt, filter.createdAfter));
  if (filter.after !== undefined) conditions.push(lt(confirmations.id, filter.after));
  if (filter.approver !== undefined) {
    conditions.push(sql`${confirmations.id} IN (SELECT ${audience.confirmationId} FROM ${audience} JOIN ${people}
      ON ${people.tenantId} = ${audience.tenantId} AND ${people.id} = ${audience.personId}
      WHERE ${audience.tenantId} = ${store.tenantId} AND ${people.username} = ${filter.approver})`);
  }
  return and(...conditions);
}

async function sealedOf(store: TenantStore, rows: readonly ConfirmationRow[]): Promise<ReadonlySet<string>> {
  const seqs = rows.flatMap(({ decidedSeq }) => (decidedSeq === null ? [] : [decidedSeq]));
  const found = await store.selectIn(outbox, outbox.seq, seqs);
  return new Set(
    found.flatMap(({ index, confirmationId }) =>
      index === null || confirmationId === null ? [] : [confirmationId],
    ),
  );
}

async function namesOf(
  store: TenantStore,
  rows: readonly ConfirmationRow[],
): Promise<ReadonlyMap<string, PersonRow>> {
  const pairs = await store.selectIn(
    audience,
    audience.confirmationId,
    rows.map(({ id }) => id),
  );
  const members = await store.selectIn(people, people.id, [
    ...new Set(pairs.map(({ personId }) => personId)),
  ]);
  const byId = new Map(members.map((person) => [person.id, person]));
  return new Map(
    pairs.flatMap(({ confirmationId, personId }) => {
      const person = byId.get(personId);
      return person ? [[confirmationId, person] as const] : [];
    }),
  );
}
