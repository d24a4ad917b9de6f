import { fromBase64url, fromHex, toHex } from "../../core/encoding/bytes.ts";
import { parseJsonText, type JsonObject, type JsonValue } from "../../core/encoding/strict-json.ts";
import { payloadCommit, recordShape, type StreamRecord } from "../../core/stream/record.ts";
import { expectOk } from "../../core/refusal.ts";
import { matchShape } from "../../core/encoding/shape.ts";
import { nonceOfText } from "../../core/confirmation/statement.ts";
import type { VoteRow } from "../../store/schema.ts";
import type { SealedRows } from "../../store/steps.ts";
import { isoTime } from "../runtime.ts";

// The record that rows stand for: the same to the bit, whoever makes it again and however often.

export function recordOf(
  source: SealedRows,
  stream: string,
  previous: string,
  directoryCommit: string,
): StreamRecord {
  const { row } = source;
  const body = row.body === null ? bodyOf(source, directoryCommit) : expectOk(parseJsonText(row.body));
  const record = { v: 1, stream, seq: row.seq, prev: previous, at: isoTime(row.at), type: row.type, body };
  return expectOk(matchShape(recordShape, record as JsonObject));
}

function bodyOf({ row, confirmation, votes: cast }: SealedRows, directoryCommit: string): JsonValue {
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
      nonce: toHex(nonceOfText(statement)),
      assertionHash,
      credential: credentialId,
    })),
    policy: confirmation.policyHash,
    directory: { seq: row.directorySeq, commit: directoryCommit },
  };
}

/** The order of signatures in a record, the same however often it is made. */
export function inOrder(one: VoteRow, other: VoteRow): number {
  return one.at - other.at || (one.personId < other.personId ? -1 : 1);
}
