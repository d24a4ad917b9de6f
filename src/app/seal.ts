import { and, desc, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import { fromBase64url, fromHex, toBase64url, toHex } from "../core/bytes.ts";
import { parseJsonText, type JsonObject, type JsonValue } from "../core/json.ts";
import {
  encodeEntry,
  NO_PREVIOUS,
  payloadCommit,
  recordCommit,
  recordLabel,
  recordShape,
  type StreamRecord,
} from "../core/record.ts";
import { expectOk } from "../core/refusal.ts";
import { matchShape } from "../core/shape.ts";
import { SALT_BYTES, statementNonce, statementShape } from "../core/statement.ts";
import {
  confirmations,
  credentials,
  outbox,
  votes,
  type ConfirmationRow,
  type OutboxRow,
  type VoteRow,
} from "../store/schema.ts";
import type { Seal } from "../store/steps.ts";
import type { Statement, TenantStore } from "../store/tenant.ts";
import { effectsOf } from "./effects.ts";
import { isoTime, type LogPort, type World } from "./world.ts";

// Sealing is a pure function of rows: the committing batch has drawn seq, time and salts, so whoever does
// this again after a crash, at any line, makes the same records, labels and commitments to the bit.

/** Records of one append: some 65 bytes each, and a D1 batch to write back. */
const SEAL_MAX_RECORDS = 40;

/** Rows of a confirmation that its record is made of. */
export interface RecordSource {
  readonly row: OutboxRow;
  readonly confirmation: ConfirmationRow | undefined;
  readonly votes: readonly VoteRow[];
}

export function recordOf(
  source: RecordSource,
  stream: string,
  previous: string,
  directoryCommit: string,
): StreamRecord {
  const { row } = source;
  const body = row.body === null ? bodyOf(source, directoryCommit) : expectOk(parseJsonText(row.body));
  const record = { v: 1, stream, seq: row.seq, prev: previous, at: isoTime(row.at), type: row.type, body };
  return expectOk(matchShape(recordShape, record as JsonObject));
}

function bodyOf({ row, confirmation, votes: cast }: RecordSource, directoryCommit: string): JsonValue {
  if (confirmation === undefined) throw new RangeError("an outbox row without body has a confirmation");
  if (row.type === "consumed")
    return { confirmation: confirmation.id, decided: confirmation.decidedSeq ?? 0 };
  const commit = payloadCommit(
    expectOk(fromBase64url(row.payloadSalt)),
    expectOk(fromHex(confirmation.payloadHash)),
  );
  return {
    confirmation: confirmation.id,
    outcome: row.outcome ?? "",
    payloadCommit: toHex(commit),
    signatures: cast.map(({ statement, assertionHash, credentialId }) => ({
      nonce: toHex(statementNonce(expectOk(matchShape(statementShape, expectOk(parseJsonText(statement)))))),
      assertionHash,
      credential: credentialId,
    })),
    policy: confirmation.policyHash,
    directory: { seq: row.directorySeq, commit: directoryCommit },
  };
}

/** Seals the next records in their order. Returns the confirmations they are about; none: all is sealed. */
export async function sealNext(
  store: TenantStore,
  log: LogPort,
  tell: (confirmations: readonly string[]) => void,
): Promise<number> {
  const tenant = await store.own();
  const [rows, [last]] = await store.read([
    store.select(outbox, isNull(outbox.index)).orderBy(outbox.seq).limit(SEAL_MAX_RECORDS),
    store.select(outbox, isNotNull(outbox.index)).orderBy(desc(outbox.seq)).limit(1),
  ]);
  const [first] = rows;
  if (first === undefined || tenant.stream === null) return 0;
  const commits = await commitsBefore(store, rows);
  const sources = await sourcesOf(store, rows);
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
  const known = (last?.index ?? -1) + 1;
  const indices = await log.append(
    sealed.map(({ label, entry }) => ({ label, entry })),
    known,
  );
  const statements = sealed.flatMap(({ source, commit }, place): Statement[] => [
    ...effectsOf(store, source.row, source.confirmation),
    store.update(
      outbox,
      { index: indices[place] ?? null, commitment: commit },
      and(eq(outbox.seq, source.row.seq), isNull(outbox.index)),
    ),
  ]);
  await store.batch(statements);
  tell(rows.flatMap(({ confirmationId }) => (confirmationId === null ? [] : [confirmationId])));
  return rows.length;
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
): Promise<readonly RecordSource[]> {
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

/**
 * Signatures that a record is made of: one whose passkey was taken back before the outcome did not help to
 * decide. By the stream's order and not by the clock, so that it is the same whenever the record is made.
 */
export function counted(): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${credentials} k JOIN ${confirmations} c ON c.tenant_id = k.tenant_id
    WHERE k.tenant_id = ${votes.tenantId} AND k.id = ${votes.credentialId}
      AND c.id = ${votes.confirmationId} AND k.revoked_seq < c.decided_seq)`;
}

/** The order of signatures in a record, the same however often it is made. */
export function inOrder(one: VoteRow, other: VoteRow): number {
  return one.at - other.at || (one.personId < other.personId ? -1 : 1);
}

/** What the committing batch writes down for the sealing: salts are drawn once, before, and never again. */
export function sealOf(world: World, type: Seal["type"], outcome: Seal["outcome"]): Seal {
  const salt = () => toBase64url(world.random(SALT_BYTES));
  return { type, outcome, entrySalt: salt(), payloadSalt: salt() };
}
