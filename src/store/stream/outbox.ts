import { and, desc, eq, gt, gte, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";
import { outbox } from "../schema.ts";
import type { OutboxRow, Tenant } from "../rows.ts";
import type { Statement, TenantStore } from "../tenant-store.ts";

/** Written as in the partial index: with parameters the planner would not use it. */
export const CHANGES_THE_DIRECTORY = sql.raw("type NOT IN ('decision', 'consumed', 'erased')");

export async function findRecord(store: TenantStore, seq: number): Promise<OutboxRow | undefined> {
  return store.first(outbox, eq(outbox.seq, seq));
}

/** Sealed or not. */
export async function findLastDirectoryChange(store: TenantStore): Promise<OutboxRow | undefined> {
  const [last] = await store.select(outbox, CHANGES_THE_DIRECTORY).orderBy(desc(outbox.seq)).limit(1);
  return last;
}

/** The sealed records of the directory before this seq, in their order: the first record and every change. */
export async function directoryRecordsBefore(store: TenantStore, seq: number): Promise<readonly OutboxRow[]> {
  const rows = await store
    .select(outbox, and(CHANGES_THE_DIRECTORY, lt(outbox.seq, seq)))
    .orderBy(outbox.seq);
  return rows.filter(({ index }) => index !== null);
}

/** Sealed recoveries since this time, newest first. */
export async function recoveriesSince(store: TenantStore, at: number): Promise<readonly OutboxRow[]> {
  // Written as in the partial index: with a parameter the planner would not use it.
  const isRecovery = sql`${outbox.type} = 'recovered'`;
  return store
    .select(outbox, and(isRecovery, isNotNull(outbox.index), gt(outbox.at, at)))
    .orderBy(desc(outbox.seq));
}

export async function recordsBetween(
  store: TenantStore,
  from: number,
  end: number,
): Promise<readonly OutboxRow[]> {
  return store.select(outbox, and(gte(outbox.seq, from), lt(outbox.seq, end))).orderBy(outbox.seq);
}

/** The last record that is in a log of this size. */
export async function findLastSealedWithin(
  store: TenantStore,
  logSize: number,
): Promise<OutboxRow | undefined> {
  const [last] = await store.select(outbox, lt(outbox.index, logSize)).orderBy(desc(outbox.seq)).limit(1);
  return last;
}

/** By seq. */
export async function sealedRecords(
  store: TenantStore,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, OutboxRow>> {
  const rows = await store.selectIn(outbox, outbox.seq, seqs, isNotNull(outbox.index));
  return new Map(rows.map((row) => [row.seq, row]));
}

/** By seq: the commitments of those of these records that are sealed. */
export async function commitmentsOf(
  store: TenantStore,
  seqs: readonly number[],
): Promise<Map<number, string>> {
  const rows = await store.selectIn(outbox, outbox.seq, seqs);
  return new Map(
    rows.flatMap(({ seq, index, commitment }) => (index === null ? [] : [[seq, commitment ?? ""] as const])),
  );
}

interface UnsealedRows {
  readonly tenant: Tenant | undefined;
  readonly rows: readonly OutboxRow[];
  /** The sealed records that they name, the last one at the end. */
  readonly named: readonly OutboxRow[];
}

/** The next records to seal, and the end of those that are sealed. */
export async function readUnsealed(store: TenantStore, limit: number): Promise<UnsealedRows> {
  const last = (where: SQL) => store.select(outbox, where).orderBy(desc(outbox.seq)).limit(1);
  const [[tenant], rows, change, record] = await store.read([
    store.selectOwn(),
    store.select(outbox, isNull(outbox.index)).orderBy(outbox.seq).limit(limit),
    last(sql`${CHANGES_THE_DIRECTORY} AND ${isNotNull(outbox.index)}`),
    last(isNotNull(outbox.index)),
  ]);
  const known = new Set([...change, ...record, ...rows].map(({ seq }) => seq));
  // Only a row that was edited names an older change.
  const older = rows.flatMap(({ directorySeq }) => (known.has(directorySeq) ? [] : [directorySeq]));
  const others = await store.selectIn(outbox, outbox.seq, [...new Set(older)]);
  return { tenant, rows, named: [...others, ...change, ...record] };
}

/** The record that begins a tenant's stream. */
export interface FirstRecord {
  readonly stream: string;
  readonly at: number;
  readonly entrySalt: string;
  readonly payloadSalt: string;
  readonly body: string;
}

export function insertFirstRecordIf(store: TenantStore, first: FirstRecord, condition: SQL): Statement {
  const { at, entrySalt, payloadSalt, body } = first;
  return store.insertFrom(
    outbox,
    (tenant) => sql`SELECT ${tenant}, 0, NULL, NULL, 'stream.created', NULL, ${at}, 0, ${entrySalt},
      ${payloadSalt}, ${body}, NULL, NULL, NULL, NULL
      WHERE ${condition} AND NOT EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${tenant})`,
  );
}
