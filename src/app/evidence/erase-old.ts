import { historyOf, retentionStep, type Announcement } from "../../core/account/retention.ts";
import { canonicalText } from "../../core/encoding/jcs.ts";
import type { RetentionRow } from "../../store/rows.ts";
import {
  eraseBatch,
  findRetention,
  recordsFrom,
  removeRetention,
  saveRetention,
} from "../../store/stream/erasures.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { SERVICE, trailEntryOf } from "../acts/trail-entry.ts";
import { newId, newSalt, type Runtime } from "../runtime.ts";

// Erases what is older than the organisation's history, by the Desk's alarm. Each batch is one transaction: the content
// goes, and the record that says so is added. After a crash the next alarm goes on where the last batch ended.

/** One record announces them, with at most half as many spans. */
const BATCH_RECORDS = 200;
/** Some seconds of one alarm. What is left waits for the next one. */
const ALARM_BATCHES = 10;
const PAUSE_MILLISECONDS = 1_000;
/** The plan or the settings may change. */
const CHECK_MILLISECONDS = 24 * 3_600_000;

/** Returns when to look again; undefined if nothing is ever erased. */
export async function eraseOld(runtime: Runtime, store: TenantStore): Promise<number | undefined> {
  const [tenant, row] = await Promise.all([store.own(), findRetention(store)]);
  const history = historyOf(tenant.plan, tenant.retentionDays);
  if (history === null) {
    if (row !== undefined) await removeRetention(store);
    return undefined;
  }
  const now = runtime.now();
  if (row !== undefined && row.dueAt > now) return row.dueAt;
  const start = row?.nextSeq ?? 0;
  const known = announcementOf(row);
  const step = retentionStep(history, known, await oldestErasable(store, start), now);
  const { days = null, erasesAt = null, month = null } = step.announce ?? known ?? {};
  const checkAt = now + CHECK_MILLISECONDS;
  const dueAt = erasesAt !== null && erasesAt > now ? Math.min(erasesAt, checkAt) : checkAt;
  await saveRetention(store, { days, erasesAt, month, dueAt: step.before === null ? dueAt : now });
  if (step.before === null) return dueAt;
  let next: number | undefined = start;
  for (let batch = 0; next !== undefined && batch < ALARM_BATCHES; batch++)
    next = await eraseNext(runtime, store, next, step.before, history.rule);
  if (next !== undefined) return now + PAUSE_MILLISECONDS;
  await saveRetention(store, { days, erasesAt, month, dueAt });
  return dueAt;
}

/** Erases the next batch. Returns where to go on; undefined if no record is left that is old enough. */
async function eraseNext(
  runtime: Runtime,
  store: TenantStore,
  from: number,
  before: number,
  rule: string,
): Promise<number | undefined> {
  const { records, requests } = await recordsFrom(store, from, BATCH_RECORDS);
  const canBeErased = isErasable(requests);
  const firstKept = records.findIndex(
    (record) => record.index === null || (canBeErased(record) && record.at >= before),
  );
  const old = firstKept === -1 ? records : records.slice(0, firstKept);
  const last = old.at(-1);
  if (last === undefined) return undefined;
  const seqs = old.filter(canBeErased).map(({ seq }) => seq);
  await eraseBatch(store, {
    id: newId(runtime, "e"),
    from,
    end: last.seq + 1,
    seqs,
    now: runtime.now(),
    entrySalt: newSalt(runtime),
    body: canonicalText({ rule, spans: spansOf(seqs) }),
    done: trailEntryOf(runtime, SERVICE, { act: "history.erased", detail: { rule, records: seqs.length } }),
  });
  return firstKept === -1 && records.length === BATCH_RECORDS ? last.seq + 1 : undefined;
}

/** Decisions of requests, and their uses. Changes stay: who may sign follows from them. */
const isErasable =
  (requests: ReadonlySet<string>) =>
  ({ type, confirmationId }: { readonly type: string; readonly confirmationId: string | null }): boolean =>
    (type === "decision" || type === "consumed") && confirmationId !== null && requests.has(confirmationId);

async function oldestErasable(store: TenantStore, from: number): Promise<number | undefined> {
  const { records, requests } = await recordsFrom(store, from, BATCH_RECORDS);
  const found = records.find(isErasable(requests));
  // Among so many changes of the directory, the oldest request is at least as new as the last of them.
  return (found ?? (records.length === BATCH_RECORDS ? records.at(-1) : undefined))?.at;
}

/** The spans of these rising seqs. */
function spansOf(seqs: readonly number[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  for (const seq of seqs) {
    const last = spans.at(-1);
    if (last !== undefined && last.to === seq - 1) last.to = seq;
    else spans.push({ from: seq, to: seq });
  }
  return spans;
}

export function announcementOf(row: RetentionRow | undefined): Announcement | undefined {
  return row === undefined || row.days === null || row.erasesAt === null
    ? undefined
    : { days: row.days, erasesAt: row.erasesAt, month: row.month };
}
