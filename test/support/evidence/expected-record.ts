import { fromBase64url, fromHex, toHex, type Bytes } from "../../../src/core/encoding/bytes.ts";
import { sha256 } from "../../../src/core/encoding/hash.ts";
import { parseJsonText, type JsonObject } from "../../../src/core/encoding/strict-json.ts";
import {
  encodeEntry,
  NO_PREVIOUS,
  payloadCommit,
  recordCommit,
  recordLabel,
  recordShape,
} from "../../../src/core/stream/record.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { matchShape } from "../../../src/core/encoding/shape.ts";
import { statementNonce, type Statement } from "../../../src/core/confirmation/statement.ts";
import type { ConfirmationRow, OutboxRow, VoteRow } from "../../../src/store/rows.ts";

// Records rebuilt from the database rows, independently of the sealing code under test.

export interface Source {
  readonly row: OutboxRow;
  readonly confirmation: ConfirmationRow | undefined;
  readonly votes: readonly VoteRow[];
}

export interface ExpectedRecord {
  readonly commit: Bytes;
  readonly label: Bytes;
  /** The expected entry of the log. */
  readonly entry: Bytes;
}

/** `commits` are the commitments of all earlier records, in hex. */
export function expectedRecord(
  source: Source,
  stream: { readonly id: string; readonly key: Uint8Array },
  commits: readonly string[],
): ExpectedRecord {
  const { row } = source;
  const record = {
    v: 1,
    stream: stream.id,
    seq: row.seq,
    prev: commits[row.seq - 1] ?? NO_PREVIOUS,
    at: new Date(row.at).toISOString(),
    type: row.type,
    body: bodyOf(source, commits[row.directorySeq] ?? ""),
  };
  const commit = recordCommit(
    expectOk(matchShape(recordShape, record as JsonObject)),
    expectOk(fromBase64url(row.entrySalt)),
  );
  const label = recordLabel(stream.key, row.seq);
  return { commit, label, entry: encodeEntry({ kind: "sealed", label, commit }) };
}

function bodyOf({ row, confirmation, votes: voteRows }: Source, directoryCommit: string) {
  if (row.body !== null) return expectOk(parseJsonText(row.body));
  if (confirmation === undefined)
    throw new RangeError(`record ${row.seq} has neither a body nor a confirmation`);
  if (row.type === "consumed") return { confirmation: confirmation.id, decided: confirmation.decidedSeq };
  const signed = voteRows.toSorted(
    (one, other) => one.at - other.at || (one.personId < other.personId ? -1 : 1),
  );
  return {
    confirmation: confirmation.id,
    outcome: row.outcome,
    expires: new Date(confirmation.expiresAt).toISOString(),
    payloadCommit: toHex(
      payloadCommit(expectOk(fromBase64url(row.payloadSalt)), expectOk(fromHex(confirmation.payloadHash))),
    ),
    signatures: signed.map(({ statement, assertionHash, credentialId }) => ({
      nonce: toHex(statementNonce(JSON.parse(statement) as Statement)),
      assertionHash,
      credential: credentialId,
    })),
    policyHash: confirmation.policyHash,
    directory: { seq: row.directorySeq, commit: directoryCommit },
    ...(row.type === "decision"
      ? { mode: confirmation.projectMode }
      : { change: changeOf(confirmation.payload) }),
  };
}

/** What a change document says that its record states, too. */
function changeOf(payload: string): JsonObject | null {
  const change = JSON.parse(payload) as ChangeDocument;
  if (change.person === undefined) return null;
  const { credential } = change;
  const ended = change.change === "credential.revoked" ? [credential?.id ?? ""] : [];
  return {
    person: change.person.id,
    role: change.role ?? null,
    credential:
      credential?.publicKey === undefined
        ? null
        : {
            id: credential.id,
            publicKeyHash: toHex(sha256(expectOk(fromBase64url(credential.publicKey)))),
          },
    revoked: change.revoked ?? ended,
  };
}

interface ChangeDocument {
  readonly change: string;
  readonly person?: { readonly id: string };
  readonly role?: string;
  readonly credential?: { readonly id: string; readonly publicKey?: string };
  readonly revoked?: readonly string[];
}
