import type { ExportRow } from "./export.ts";
import type { Creation, Receipt, SignedChange, SignedDecision } from "./receipt.ts";
import { commitOf, replayDirectory } from "./directory-replay.ts";
import type { StreamRecord } from "../stream/record.ts";
import type { Failure } from "./signed-record.ts";

// A tenant's complete history, as read from its export: every record in order, or a row that says it was
// erased.

export type HistoryRow =
  | { readonly kind: "created"; readonly sealed: Creation }
  | { readonly kind: "change"; readonly sealed: SignedChange }
  | { readonly kind: "decision"; readonly sealed: SignedDecision }
  | {
      readonly kind: "record";
      readonly sealed: Pick<SignedDecision, "entrySalt" | "label"> & { readonly record: StreamRecord };
    }
  | { readonly kind: "erased"; readonly seq: number; readonly label: string; readonly commit: string };

/** What a receipt is compared with. Decisions lose their signatures, so that a long history fits in memory. */
export function historyRow(row: ExportRow): HistoryRow {
  if (row.kind !== "decision") return row;
  const { record, entrySalt, label } = row.sealed;
  return { kind: "record", sealed: { record, entrySalt, label } };
}

/** The history must be complete and hold this receipt's decision, with its passkeys active at that time. */
export async function historyFailure(receipt: Receipt, rows: readonly HistoryRow[]): Promise<Failure> {
  const gap = gapFailure(rows);
  if (gap !== undefined) return gap;
  const { record, entrySalt } = receipt.decision;
  const row = rows[record.seq];
  if (row === undefined || commitOfRow(row) !== commitOf({ record, entrySalt })) {
    return `record ${record.seq} of the history is another one`;
  }
  const [first] = rows;
  if (first?.kind !== "created" || first.sealed.record.stream !== record.stream)
    return "the history is of another tenant";
  const changes = rows.flatMap((each) =>
    each.kind === "change" && each.sealed.record.seq < record.seq ? [each.sealed] : [],
  );
  const { directory, failure } = await replayDirectory(first.sealed, changes);
  if (failure !== undefined) return failure;
  for (const { id } of receipt.decision.assertions) {
    const passkey = directory.passkeys.get(id);
    if (passkey === undefined) return "a passkey that signed is not in the history";
    if (passkey.revokedAt !== null)
      return `a passkey that signed was revoked before, by record ${passkey.revokedAt}`;
  }
  return undefined;
}

function gapFailure(rows: readonly HistoryRow[]): Failure {
  let previous: string | undefined;
  for (const [seq, row] of rows.entries()) {
    if (seqOfRow(row) !== seq) return `the history has no record ${seq}`;
    if (row.kind !== "erased" && previous !== undefined && row.sealed.record.prev !== previous) {
      return `record ${seq} does not follow the record before it`;
    }
    previous = commitOfRow(row);
  }
  return undefined;
}

function seqOfRow(row: HistoryRow): number {
  return row.kind === "erased" ? row.seq : row.sealed.record.seq;
}

function commitOfRow(row: HistoryRow): string {
  return row.kind === "erased" ? row.commit : commitOf(row.sealed);
}
