import { fromBase64url, fromHex, toHex, type Bytes } from "../../core/encoding/bytes.ts";
import { matchShape } from "../../core/encoding/shape.ts";
import { parseJsonText, type JsonObject, type JsonValue } from "../../core/encoding/strict-json.ts";
import { effectOf } from "../../core/stream/change-effect.ts";
import { nonceOfText } from "../../core/confirmation/statement.ts";
import { expectOk } from "../../core/refusal.ts";
import {
  NO_PREVIOUS,
  payloadCommit,
  recordLabel,
  recordShape,
  type StreamRecord,
} from "../../core/stream/record.ts";
import type { ConfirmationRow, OutboxRow, Tenant } from "../../store/rows.ts";
import { commitmentsOf } from "../../store/stream/outbox.ts";
import type { RecordSource } from "../../store/stream/record-sources.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { changeOf } from "../directory/change.ts";
import { isoTime } from "../runtime.ts";

// The record of an outbox row. Built again from the same rows, it is the same to the byte.

interface BuiltRecord {
  readonly record: StreamRecord;
  readonly label: Bytes;
}

/** By seq: the commitments of sealed records. */
export type Commitments = ReadonlyMap<number, string>;

/** The commitments that these records contain: of the record before each, and of its last directory change. */
export async function readCommitments(store: TenantStore, rows: readonly OutboxRow[]): Promise<Commitments> {
  const known = new Map(
    rows.flatMap(({ seq, commitment }) => (commitment === null ? [] : [[seq, commitment] as const])),
  );
  const named = new Set(rows.flatMap(({ seq, directorySeq }) => [seq - 1, directorySeq]));
  const others = [...named].filter((seq) => !known.has(seq));
  return new Map([...known, ...(await commitmentsOf(store, others))]);
}

export function buildRecord(
  { stream, streamKey }: Pick<Tenant, "stream" | "streamKey">,
  source: RecordSource,
  commitments: Commitments,
): BuiltRecord {
  const { row } = source;
  const { seq, at, type, directorySeq } = row;
  const prev = seq === 0 ? NO_PREVIOUS : (commitments.get(seq - 1) ?? "");
  const directory = { seq: directorySeq, commit: commitments.get(directorySeq) ?? "" };
  const body = row.body === null ? bodyOf(source, directory) : expectOk(parseJsonText(row.body));
  const record = { v: 1, stream, seq, prev, at: isoTime(at), type, body };
  return {
    record: expectOk(matchShape(recordShape, record as JsonObject)),
    label: recordLabel(expectOk(fromHex(streamKey)), seq),
  };
}

function bodyOf({ row, confirmation, votes }: RecordSource, directory: JsonObject): JsonValue {
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
    expires: isoTime(confirmation.expiresAt),
    payloadCommit: toHex(commit),
    signatures: votes.map(({ statement, assertionHash, credentialId }) => ({
      nonce: toHex(nonceOfText(statement)),
      assertionHash,
      credential: credentialId,
    })),
    policyHash: confirmation.policyHash,
    directory,
    ...(row.type === "decision"
      ? { mode: confirmation.projectMode }
      : { change: effectOfChange(confirmation) }),
  };
}

function effectOfChange(confirmation: ConfirmationRow): JsonValue {
  const change = changeOf(confirmation);
  return change === undefined ? null : effectOf(change);
}
