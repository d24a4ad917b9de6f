import { toHex } from "../encoding/bytes.ts";
import type { Checkpoint } from "../tlog/checkpoint.ts";
import { authenticEntries, type LogReader } from "../tlog/log-entries.ts";
import { labelText, labelTexts } from "../stream/labels.ts";
import { parseEntry } from "../stream/record.ts";
import type { Failure } from "./signed-record.ts";

// One tenant's records against the whole log: each there once and in order, and nothing else under a label
// that is the tenant's. A label is an HMAC, so only who has the stream key can tell whose it is, and such
// a one can tell it of every seq there could be.

/** Seqs after the last one in the export whose labels must not stand in the log. */
export const LOOKAHEAD_LABELS = 1_000_000;
/** A map takes 16,777,216 keys, some 100 bytes each. */
const AUDIT_MAX_ENTRIES = 16_000_000;
const PROGRESS_LABELS = 100_000;

export interface Progress {
  (done: "entries" | "labels", count: number, of: number): void;
}

interface Wanted {
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
  { streamKey, commits, exportSize, lookahead }: Wanted,
  checkpoint: Checkpoint,
  log: LogReader,
  progress: Progress,
): Promise<LogComparison> {
  const nothing = { places: undefined, fork: undefined, hidden: undefined, newer: 0 };
  const { size } = checkpoint;
  if (size > AUDIT_MAX_ENTRIES)
    return { ...nothing, log: `this program reads logs of up to ${AUDIT_MAX_ENTRIES} entries` };
  const label = labelTexts(streamKey);
  const own = new Map(commits.map((_commit, seq) => [label(seq), seq]));
  const others = new Map<string, number>();
  const indices: (number | undefined)[] = [];
  let places: Failure;
  let fork: Failure;
  for await (const range of authenticEntries(checkpoint, 0, log)) {
    if (!range.ok) return { ...nothing, log: range.refusal.detail };
    for (const [place, bytes] of range.value.entries.entries()) {
      const index = range.value.first + place;
      const entry = parseEntry(bytes);
      if (!entry.ok) return { ...nothing, log: `entry ${index}: ${entry.refusal.detail}` };
      if (entry.value.kind === "public") continue;
      const text = labelText(entry.value.label);
      const seq = own.get(text);
      if (seq === undefined) {
        if (!others.has(text)) others.set(text, index);
      } else if (indices[seq] === undefined) {
        indices[seq] = index;
        if (toHex(entry.value.commit) !== commits[seq])
          places ??= `record ${seq} is not the one that the log holds under its label, at ${index}`;
      } else fork ??= `entries ${indices[seq]} and ${index} of the log both bear the label of record ${seq}`;
    }
    progress("entries", Math.min(size, range.value.first + range.value.entries.length), size);
  }
  places ??= orderFailure(indices, commits.length, exportSize);
  const ahead = { label, count: commits.length, exportSize, lookahead };
  return { log: undefined, places, fork, ...lookAhead(ahead, others, progress) };
}

function orderFailure(indices: readonly (number | undefined)[], count: number, exportSize: number): Failure {
  let last = -1;
  for (let seq = 0; seq < count; seq++) {
    const index = indices[seq];
    if (index === undefined) return `record ${seq} is not in the log`;
    if (index <= last) return `record ${seq} stands in the log before the one that it follows`;
    last = index;
  }
  if (last >= exportSize) return "the export holds more than the state of the log that it is of";
  return undefined;
}

interface Ahead {
  readonly label: (seq: number) => string;
  readonly count: number;
  readonly exportSize: number;
  readonly lookahead: number;
}

function lookAhead(
  { label, count, exportSize, lookahead }: Ahead,
  others: ReadonlyMap<string, number>,
  progress: Progress,
): Pick<LogComparison, "hidden" | "newer"> {
  let newer = 0;
  let last = exportSize - 1;
  for (let ahead = 0; ahead < lookahead; ahead++) {
    if (ahead % PROGRESS_LABELS === 0) progress("labels", ahead, lookahead);
    const index = others.get(label(count + ahead));
    if (index === undefined) continue;
    const seq = count + ahead;
    // What was sealed since stands behind the export's state of the log, in order and without a gap.
    if (newer !== ahead || index <= last)
      return { hidden: `record ${seq} stands in the log, at ${index}, and is not in the export`, newer };
    newer++;
    last = index;
  }
  return { hidden: undefined, newer };
}
