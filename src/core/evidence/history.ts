import type { ExportRow } from "./export.ts";
import type { Receipt } from "./receipt.ts";
import type { PastDirectories } from "./choice/past-directories.ts";
import { commitOf, replayDirectory } from "./directory-replay.ts";
import { NO_PREVIOUS } from "../stream/record.ts";
import type { Directory } from "../stream/directory.ts";
import type { Failure } from "./check.ts";

// A tenant's complete history, as read from its export: every record in order, or a row that says it was
// erased.

type RowOf<Kind extends ExportRow["kind"]> = Extract<ExportRow, { kind: Kind }>;
type ChangeRow = RowOf<"change">;

export type HistoryRow =
  | RowOf<"created" | "change" | "record" | "erased">
  | { readonly kind: "decision"; readonly sealed: Omit<RowOf<"decision">["sealed"], "evidence"> };

/** What a receipt is compared with. Decisions lose their signatures, so that a long history fits in memory. */
export function historyRow(row: ExportRow): HistoryRow {
  if (row.kind !== "decision") return row;
  const { record, entrySalt, label } = row.sealed;
  return { kind: "decision", sealed: { record, entrySalt, label } };
}

interface HistoryFinding {
  readonly failure: Failure;
  /** A record before the decision that is erased: it may have revoked a passkey. */
  readonly erased: number | undefined;
  /** The directory after each change before the decision, if there is no failure. */
  readonly past: PastDirectories | undefined;
}

/** The history must be complete and hold this receipt's decision, with its passkeys active at that time. */
export async function compareWithHistory(
  receipt: Receipt,
  rows: readonly HistoryRow[],
): Promise<HistoryFinding> {
  const earlier = rows.slice(0, receipt.decision.record.seq);
  const erased = earlier.findIndex(({ kind }) => kind === "erased");
  const failure =
    tenantFailure(receipt, rows) ??
    gapFailure(rows) ??
    recordsFailure(receipt, rows) ??
    directoryFailure(receipt, earlier);
  const replayed =
    failure === undefined ? await replayHistory(receipt, earlier) : { failure, past: undefined };
  return { ...replayed, erased: erased === -1 ? undefined : erased };
}

function tenantFailure({ decision }: Receipt, [first]: readonly HistoryRow[]): Failure {
  return first?.kind === "created" && first.sealed.record.stream === decision.record.stream
    ? undefined
    : "the history does not start with this organisation's first record";
}

/** Every record of the receipt is in the history. */
function recordsFailure({ created, directory, decision }: Receipt, rows: readonly HistoryRow[]): Failure {
  for (const opened of [created, ...directory, decision]) {
    const { seq } = opened.record;
    const row = rows[seq];
    if (row === undefined) return `the history ends before record ${seq}; give a newer export`;
    if (commitOfRow(row) !== commitOf(opened)) return `record ${seq} of the history is another one`;
  }
  return undefined;
}

/** Every change names the one before it, and the decision the last one. */
function directoryFailure({ decision }: Receipt, earlier: readonly HistoryRow[]): Failure {
  const changes = earlier.filter((row): row is ChangeRow => row.kind === "change");
  let last = 0;
  for (const { record } of [...changes.map(({ sealed }) => sealed), decision]) {
    const { seq, commit } = record.body.directory;
    const named = earlier[seq];
    if (named === undefined || seq < last || (seq > last && named.kind !== "erased"))
      return `record ${record.seq} names record ${seq} as the last change of the directory, which is record ${last}`;
    if (commitOfRow(named) !== commit) return `record ${record.seq} relies on another state of the directory`;
    last = record.seq;
  }
  return undefined;
}

async function replayHistory(
  { created, decision }: Receipt,
  earlier: readonly HistoryRow[],
): Promise<Pick<HistoryFinding, "failure" | "past">> {
  const changes = earlier.flatMap((row) => (row.kind === "change" ? [row.sealed] : []));
  const { directory, failure, past } = await replayDirectory(created.record, changes, decision);
  const wrong = failure ?? passkeyFailure(decision, directory);
  return { failure: wrong, past: wrong === undefined ? past : undefined };
}

function passkeyFailure(decision: Receipt["decision"], directory: Directory): Failure {
  for (const { assertion } of decision.evidence.signers) {
    const passkey = directory.passkeys.get(assertion.id);
    if (passkey === undefined) return "a passkey that signed is not in the history";
    if (passkey.revokedAt !== null)
      return `a passkey that signed was revoked before, by record ${passkey.revokedAt}`;
  }
  return undefined;
}

function gapFailure(rows: readonly HistoryRow[]): Failure {
  let previous = NO_PREVIOUS;
  for (const [seq, row] of rows.entries()) {
    if (seqOfRow(row) !== seq) return `the history has no record ${seq}`;
    if (row.kind !== "erased" && row.sealed.record.prev !== previous)
      return `record ${seq} does not follow the record before it`;
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
