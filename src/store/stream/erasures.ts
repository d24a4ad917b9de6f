import { and, eq, gte, sql, type SQL } from "drizzle-orm";
import { directorySeq, lastSeq, lastTime } from "../confirmation/decision-chain.ts";
import { confirmations, outbox, retention, steps, votes, webhookDeliveries, webhooks } from "../schema.ts";
import type { OutboxRow, RetentionRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import type { TenantStore } from "../tenant-store.ts";

// Erasing old records: how far it is, and the statements of one batch. A record keeps its place, its commitment and its
// time; a request keeps who was asked, when, and what became of it.

export async function findRetention(store: TenantStore): Promise<RetentionRow | undefined> {
  return store.first(retention);
}

export async function saveRetention(
  store: TenantStore,
  row: Omit<RetentionRow, "tenantId" | "batch" | "nextSeq">,
): Promise<void> {
  await store
    .insert(retention, { ...row, nextSeq: 0 })
    .onConflictDoUpdate({ target: retention.tenantId, set: row });
}

export async function removeRetention(store: TenantStore): Promise<void> {
  await store.remove(retention, sql`TRUE`);
}

type RecordPlace = Pick<OutboxRow, "seq" | "type" | "at" | "index" | "confirmationId">;

interface RecordPage {
  /** In their order. */
  readonly records: readonly RecordPlace[];
  /** The ids of their requests that are no changes of the directory. */
  readonly requests: ReadonlySet<string>;
}

/** The next records from this seq on. */
export async function recordsFrom(store: TenantStore, seq: number, limit: number): Promise<RecordPage> {
  const places = store
    .selectColumns(outbox, ["seq", "type", "at", "index", "confirmationId"], gte(outbox.seq, seq))
    .orderBy(outbox.seq)
    .limit(limit);
  const named = sql`(SELECT ${outbox.confirmationId} FROM ${outbox} WHERE ${outbox.tenantId} = ${store.tenantId}
    AND ${outbox.seq} >= ${seq} ORDER BY ${outbox.seq} LIMIT ${limit})`;
  const isRequest = and(sql`${confirmations.id} IN ${named}`, eq(confirmations.type, "decision"));
  const [records, requests] = await store.read([
    places,
    store.selectColumns(confirmations, ["id"], isRequest),
  ]);
  return { records, requests: new Set(requests.map(({ id }) => id)) };
}

interface Batch {
  /** No other attempt has this id. */
  readonly id: string;
  /** The records that were looked at: `from` is where erasing was, `end` comes after them. */
  readonly from: number;
  readonly end: number;
  /** Those of them that are erased. */
  readonly seqs: readonly number[];
  readonly now: number;
  /** Of the record that announces it. */
  readonly entrySalt: string;
  readonly body: string;
  /** The entry of the audit trail. */
  readonly done: Run;
}

/**
 * Erases these records and adds the one that announces it, in one transaction. If another attempt was first, it does
 * nothing.
 */
export async function eraseBatch(store: TenantStore, batch: Batch): Promise<void> {
  const { id, from, end, seqs, now, entrySalt, body, done } = batch;
  const claim = store.update(retention, { nextSeq: end, batch: id }, eq(retention.nextSeq, from));
  if (seqs.length === 0) return store.batch([claim]);
  const isOwn = sql`EXISTS (SELECT 1 FROM ${retention} WHERE ${retention.tenantId} = ${store.tenantId}
    AND ${retention.batch} = ${id})`;
  const isErased = sql`${outbox.seq} IN (SELECT value FROM json_each(${JSON.stringify(seqs)}))`;
  const decided = sql`(SELECT ${outbox.confirmationId} FROM ${outbox} WHERE ${outbox.tenantId} = ${store.tenantId}
    AND ${isErased} AND ${outbox.type} = 'decision')`;
  // An event has the id of the request or of the step that it reports; see `eventIdOf`.
  const reported = sql`(SELECT 'e' || substr(${steps.id}, 2) FROM ${steps} WHERE ${steps.tenantId} = ${store.tenantId}
    AND ${steps.confirmationId} IN ${decided} UNION ALL SELECT 'e' || substr(value, 2) FROM (SELECT ${outbox.confirmationId} AS value
    FROM ${outbox} WHERE ${outbox.tenantId} = ${store.tenantId} AND ${isErased} AND ${outbox.type} = 'decision'))`;
  const ofEveryWebhook = sql`${webhookDeliveries.webhookId} IN (SELECT ${webhooks.id} FROM ${webhooks}
    WHERE ${webhooks.tenantId} = ${store.tenantId})`;
  const of = (column: SQL | typeof confirmations.id) => and(sql`${column} IN ${decided}`, isOwn);
  await store.batch([
    claim,
    done,
    store.insertFrom(
      outbox,
      (tenant) => sql`SELECT ${tenant}, 1 + ${lastSeq(tenant)}, NULL, NULL, 'erased', NULL,
        max(${now}, ${lastTime(tenant, sql`${now}`)}), ${directorySeq(tenant)}, ${entrySalt}, '', ${body},
        NULL, NULL, NULL, NULL WHERE ${isOwn}`,
    ),
    store.update(confirmations, { ...NOTHING_LEFT, erasedAt: now }, of(confirmations.id)),
    store.update(
      votes,
      { statement: "", assertion: "", assertionHash: "" },
      of(sql`${votes.confirmationId}`),
    ),
    store.update(
      webhookDeliveries,
      { data: sql`json_remove(data, '$.payloadHash')` },
      and(ofEveryWebhook, sql`${webhookDeliveries.eventId} IN ${reported}`, isOwn),
    ),
    // Last, because the statements before find the requests by these rows.
    store.update(
      outbox,
      { entrySalt: "", payloadSalt: "", erasedSeq: lastSeq(sql`${store.tenantId}`) },
      and(isErased, isOwn),
    ),
  ]);
}

/** Of a request: its content, how it was drawn, and every hash from which the content could be guessed. */
const NOTHING_LEFT = {
  action: "",
  payload: "",
  payloadHash: "",
  metadata: null,
  telling: null,
  policy: null,
  policyHash: null,
  templateHash: null,
  displayOrder: "[]",
  lockHash: null,
  dedupeKey: null,
};
