import { toHex } from "../encoding/bytes.ts";
import type { Checkpoint } from "../tlog/checkpoint.ts";
import { authenticEntries, type LogReader } from "../tlog/log-entries.ts";
import { labelText, labelTexts } from "../stream/labels.ts";
import { parseEntry } from "../stream/record.ts";
import type { Failure } from "./check.ts";

// Compares a tenant's records with the whole log: each record must be there once and in order, and no other
// entry may have one of the tenant's labels. A label is an HMAC, so only a holder of the stream key can
// recognise the tenant's entries, and can do so for every possible seq.

/** How many seqs after the export's last one are checked for entries that the export hides. */
export const LOOKAHEAD_LABELS = 1_000_000;
/** A map holds at most 16,777,216 keys, of some 100 bytes each. */
const AUDIT_MAX_ENTRIES = 16_000_000;
const PROGRESS_LABELS = 100_000;

export interface Progress {
  (unit: "entries" | "labels", count: number, total: number): void;
}

interface ExportedRecords {
  readonly streamKey: Uint8Array;
  /** By seq. */
  readonly commits: readonly string[];
  /** The size of the log when the export was made. */
  readonly exportSize: number;
  readonly lookahead: number;
}

export interface LogComparison {
  /** Why the log could not be read to its end. */
  readonly log: Failure;
  readonly places: Failure;
  readonly fork: Failure;
  readonly hidden: Failure;
  /** Records of this tenant that were sealed after the export was made. */
  readonly newer: number;
}

export async function compareWithLog(
  exported: ExportedRecords,
  checkpoint: Checkpoint,
  log: LogReader,
  progress: Progress,
): Promise<LogComparison> {
  const failed = (failure: string): LogComparison => ({
    log: failure,
    places: undefined,
    fork: undefined,
    hidden: undefined,
    newer: 0,
  });
  const { commits, exportSize } = exported;
  const { size } = checkpoint;
  if (size > AUDIT_MAX_ENTRIES)
    return failed(`this program reads logs of up to ${AUDIT_MAX_ENTRIES} entries`);
  const label = labelTexts(exported.streamKey);
  const seqsByLabel = new Map(commits.map((_commit, seq) => [label(seq), seq]));
  const otherLabels = new Map<string, number>();
  const indices: (number | undefined)[] = [];
  let places: Failure;
  let fork: Failure;
  for await (const range of authenticEntries(checkpoint, 0, log)) {
    if (!range.ok) return failed(range.refusal.detail);
    const { first, entries } = range.value;
    for (const [offset, bytes] of entries.entries()) {
      const index = first + offset;
      const entry = parseEntry(bytes);
      if (!entry.ok) return failed(`entry ${index}: ${entry.refusal.detail}`);
      if (entry.value.kind === "public") continue;
      const text = labelText(entry.value.label);
      const seq = seqsByLabel.get(text);
      if (seq === undefined) {
        if (!otherLabels.has(text)) otherLabels.set(text, index);
      } else if (indices[seq] === undefined) {
        indices[seq] = index;
        if (toHex(entry.value.commit) !== commits[seq])
          places ??= `the log holds another record than record ${seq} under its label, at index ${index}`;
      } else fork ??= `entries ${indices[seq]} and ${index} of the log both have the label of record ${seq}`;
    }
    progress("entries", Math.min(size, first + entries.length), size);
  }
  places ??= orderFailure(indices, commits.length, exportSize);
  return { log: undefined, places, fork, ...findNewer(exported, label, otherLabels, progress) };
}

function orderFailure(indices: readonly (number | undefined)[], count: number, exportSize: number): Failure {
  let last = -1;
  for (let seq = 0; seq < count; seq++) {
    const index = indices[seq];
    if (index === undefined) return `record ${seq} is not in the log`;
    if (index <= last) return `record ${seq} is in the log before the record that it follows`;
    last = index;
  }
  if (last >= exportSize) return "the export holds records that its own state of the log does not have";
  return undefined;
}

function findNewer(
  { commits, exportSize, lookahead }: ExportedRecords,
  label: (seq: number) => string,
  otherLabels: ReadonlyMap<string, number>,
  progress: Progress,
): Pick<LogComparison, "hidden" | "newer"> {
  let newer = 0;
  let last = exportSize - 1;
  for (let ahead = 0; ahead < lookahead; ahead++) {
    if (ahead % PROGRESS_LABELS === 0) progress("labels", ahead, lookahead);
    const seq = commits.length + ahead;
    const index = otherLabels.get(label(seq));
    if (index === undefined) continue;
    // Records sealed after the export come after its state of the log, in order and without a gap.
    if (newer !== ahead || index <= last)
      return { hidden: `record ${seq} is in the log, at index ${index}, but not in the export`, newer };
    newer++;
    last = index;
  }
  return { hidden: undefined, newer };
}
