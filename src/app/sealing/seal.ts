import { and, desc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { fromBase64url, fromHex, toBase64url, toHex } from "../../core/encoding/bytes.ts";
import { encodeEntry, NO_PREVIOUS, recordCommit, recordLabel } from "../../core/stream/record.ts";
import { expectOk } from "../../core/refusal.ts";
import { SALT_BYTES } from "../../core/confirmation/statement.ts";
import { confirmations, outbox, votes, type OutboxRow, type Tenant } from "../../store/schema.ts";
import { counted } from "../../store/decision-chain.ts";
import type { Run } from "../../store/prepared-statement.ts";
import type { Seal, SealedRows, WrittenRows } from "../../store/steps.ts";
import { prepared, type Statement, type TenantStore } from "../../store/tenant-store.ts";
import { effectsOf } from "./apply-change.ts";
import { inOrder, recordOf } from "./build-record.ts";
import type { LogClient, Runtime } from "../runtime.ts";

// Sealing is a pure function of rows: the committing batch has drawn seq, time and salts, so whoever does
// this again after a crash, at any line, makes the same records, labels and commitments to the bit.

/** Records of one append: some 65 bytes each, and a D1 batch to write back. */
const SEAL_MAX_RECORDS = 40;

/** The end of the stream as it is sealed: what the next records are chained to. */
export interface Tail {
  readonly tenant: Tenant;
  /** The seq that comes next. */
  readonly next: number;
  /** The log has at least so many entries. */
  readonly known: number;
  /** By seq: of the last record, and of the last change of the directory that one has named. */
  readonly commits: ReadonlyMap<number, string>;
}

/** Records to seal, and what they stand on. */
export interface Work {
  readonly tail: Tail;
  readonly sources: readonly WrittenRows[];
}

/** Hears of each outcome, with its place in the log. */
type Tell = (outcomes: readonly WrittenRows[]) => Promise<void>;

const WRITE_BACK = prepared(outbox, (scope) =>
  scope.update(
    outbox,
    { index: sql`${sql.placeholder("index")}`, commitment: sql`${sql.placeholder("commitment")}` },
    and(eq(outbox.seq, sql.placeholder("seq")), isNull(outbox.index)),
  ),
);

/** What was just written, if it follows the tail and nothing has to be read for it. */
export function nextOf(tail: Tail | undefined, written: readonly WrittenRows[]): Work | undefined {
  if (tail === undefined) return undefined;
  const sources = written
    .filter(({ row }) => row.seq >= tail.next)
    .toSorted((one, other) => one.row.seq - other.row.seq)
    .map((source) => ({ ...source, votes: source.votes.toSorted(inOrder) }));
  const follows = sources.every(({ row }, place) => row.seq === tail.next + place);
  const knows = sources.every(
    ({ row }) => tail.commits.has(row.directorySeq) || row.directorySeq >= tail.next,
  );
  return follows && knows && sources.length <= SEAL_MAX_RECORDS ? { tail, sources } : undefined;
}

/** Seals whatever the rows say is not sealed yet. The tail, if anything was. */
export async function sealAll(store: TenantStore, log: LogClient, tell: Tell): Promise<Tail | undefined> {
  let tail: Tail | undefined;
  for (let work = await readWork(store); work !== undefined; work = await readWork(store)) {
    tail = await seal(store, log, work, tell);
  }
  return tail;
}

/** Seals these records in their order, and says what comes after them. */
export async function seal(store: TenantStore, log: LogClient, work: Work, tell: Tell): Promise<Tail> {
  const { tail, sources } = work;
  if (sources.length === 0) return tail;
  const { tenant } = tail;
  const commits = new Map(tail.commits);
  const sealed = sources.map((source) => {
    const { row } = source;
    const previous = row.seq === 0 ? NO_PREVIOUS : (commits.get(row.seq - 1) ?? "");
    const record = recordOf(source, tenant.stream ?? "", previous, commits.get(row.directorySeq) ?? "");
    const commit = recordCommit(record, expectOk(fromBase64url(row.entrySalt)));
    commits.set(row.seq, toHex(commit));
    const label = recordLabel(expectOk(fromHex(tenant.streamKey)), row.seq);
    return {
      source,
      label: toHex(label),
      commit: toHex(commit),
      entry: encodeEntry({ kind: "sealed", label, commit }),
    };
  });
  const indices = await log.append(
    sealed.map(({ label, entry }) => ({ label, entry })),
    tail.known,
  );
  // In the log it can't be undone: who waits is told before the rows are, and they follow, now or later.
  await tell(
    sources.map((source, place) => ({ ...source, row: { ...source.row, index: indices[place] ?? null } })),
  );
  const statements = sealed.flatMap(({ source, commit }, place): (Statement | Run)[] => [
    ...effectsOf(store, source.row, source.confirmation),
    WRITE_BACK.with({ seq: source.row.seq, index: indices[place] ?? null, commitment: commit }),
  ]);
  await store.batch(statements);
  return after(tail, sources, commits, indices);
}

function after(
  { tenant, known }: Tail,
  sources: readonly SealedRows[],
  commits: ReadonlyMap<number, string>,
  indices: readonly number[],
): Tail {
  const last = sources.at(-1)?.row;
  const kept = [last?.seq, last?.directorySeq].filter((seq) => seq !== undefined);
  return {
    tenant,
    next: (last?.seq ?? -1) + 1,
    known: Math.max(known, ...indices.map((index) => index + 1)),
    commits: new Map(kept.map((seq) => [seq, commits.get(seq) ?? ""])),
  };
}

async function readWork(store: TenantStore): Promise<Work | undefined> {
  const [[tenant], rows, [last]] = await store.read([
    store.selectOwn(),
    store.select(outbox, isNull(outbox.index)).orderBy(outbox.seq).limit(SEAL_MAX_RECORDS),
    store.select(outbox, isNotNull(outbox.index)).orderBy(desc(outbox.seq)).limit(1),
  ]);
  const [first] = rows;
  if (first === undefined || tenant === undefined || tenant.stream === null) return undefined;
  const [commits, sources] = await Promise.all([commitsBefore(store, rows), sourcesOf(store, rows)]);
  const tail = { tenant, next: first.seq, known: (last?.index ?? -1) + 1, commits };
  return { tail, sources: sources.map((source) => ({ ...source, isKeyGood: false })) };
}

/** Commitments that the next records name: of the record before the first, and of the directory's. */
export async function commitsBefore(
  store: TenantStore,
  rows: readonly OutboxRow[],
): Promise<Map<number, string>> {
  const wanted = new Set(rows.flatMap(({ seq, directorySeq }) => [seq - 1, directorySeq]));
  const known = (await store.selectIn(outbox, outbox.seq, [...wanted])).filter(({ index }) => index !== null);
  return new Map(known.map(({ seq, commitment }) => [seq, commitment ?? ""]));
}

/** The rows with what their records are made of. */
export async function sourcesOf(
  store: TenantStore,
  rows: readonly OutboxRow[],
): Promise<readonly SealedRows[]> {
  const ids = rows.flatMap(({ confirmationId }) => (confirmationId === null ? [] : [confirmationId]));
  const about = await store.selectIn(confirmations, confirmations.id, ids);
  const cast = (await store.selectIn(votes, votes.confirmationId, ids, counted())).toSorted(inOrder);
  const byId = new Map(about.map((confirmation) => [confirmation.id, confirmation]));
  return rows.map((row) => ({
    row,
    confirmation: byId.get(row.confirmationId ?? ""),
    votes:
      row.type === "consumed"
        ? []
        : cast.filter(({ confirmationId }) => confirmationId === row.confirmationId),
  }));
}

/** What the committing batch writes down for the sealing: salts are drawn once, before, and never again. */
export function sealOf(runtime: Runtime, type: Seal["type"], outcome: Seal["outcome"]): Seal {
  const salt = () => toBase64url(runtime.random(SALT_BYTES));
  return { type, outcome, entrySalt: salt(), payloadSalt: salt() };
}
