import { equalBytes, owned, toHex } from "../core/encoding/bytes.ts";
import { leafHash } from "../core/tlog/merkle.ts";
import { parseEntry, type Entry } from "../core/stream/record.ts";
import { ENTRY_MAX_BYTES } from "../core/tlog/tile.ts";

// Calls that wait at the same time are committed as one group. This plans a group: which entries are new, the
// index of each entry, and which calls are refused.

/** 256 x 65,535 bytes = 16.8 MB, inside the 32 MiB of one call between Workers. */
export const APPEND_MAX_ENTRIES = 256;
const LABEL_PATTERN = /^[0-9a-f]{64}$/;

export interface LabelledEntry {
  /** 32 bytes in hexadecimal digits. A label belongs to one entry, for ever. */
  readonly label: string;
  readonly entry: Uint8Array;
}

export interface LogEntry {
  readonly index: number;
  readonly entry: Uint8Array;
}

export interface AppendCall {
  readonly entries: readonly LabelledEntry[];
}

export interface GroupPlan<Call> {
  /** The new entries, in the order of their indices. */
  readonly added: readonly LabelledEntry[];
  /** With the index of each entry of the call. */
  readonly accepted: readonly { readonly call: Call; readonly indices: readonly number[] }[];
  /** No entry of these calls is appended. */
  readonly refused: readonly { readonly call: Call; readonly problem: Error }[];
}

/** Throws for entries that no log may hold, before the call waits in a group. */
export function checkEntries(entries: readonly LabelledEntry[]): void {
  if (entries.length > APPEND_MAX_ENTRIES) {
    throw new RangeError(`one append takes at most ${APPEND_MAX_ENTRIES} entries`);
  }
  for (const entry of entries) checkEntry(entry);
}

export function checkEntry({ label, entry }: LabelledEntry): void {
  if (!LABEL_PATTERN.test(label)) throw new RangeError("a label has 64 lower-case hexadecimal digits");
  if (entry.length > ENTRY_MAX_BYTES) {
    throw new RangeError(`the entry ${label} has more than ${ENTRY_MAX_BYTES} bytes`);
  }
  const parsed = parseEntry(owned(entry));
  if (!parsed.ok) throw new RangeError(`the entry ${label} is malformed: ${parsed.refusal.detail}`);
  if (labelOf(parsed.value, entry) !== label) throw new RangeError(`the entry ${label} has another label`);
}

/**
 * A sealed entry contains its label; the label of a public entry is its leaf hash. So a log can be rebuilt from
 * its entries alone.
 */
export function labelOf(parsed: Entry, entry: Uint8Array): string {
  return toHex(parsed.kind === "sealed" ? parsed.label : leafHash(entry));
}

export function planGroup<Call extends AppendCall>(
  calls: readonly Call[],
  size: number,
  findStored: (label: string) => LogEntry | undefined,
): GroupPlan<Call> {
  const added: LabelledEntry[] = [];
  const accepted: { call: Call; indices: readonly number[] }[] = [];
  const refused: { call: Call; problem: Error }[] = [];
  const planned = new Map<string, LogEntry>();
  for (const call of calls) {
    const next = size + added.length;
    const assigned = assignIndices(call.entries, next, (label) => planned.get(label) ?? findStored(label));
    if (assigned instanceof Error) {
      refused.push({ call, problem: assigned });
      continue;
    }
    for (const [label, logEntry] of assigned.added) {
      planned.set(label, logEntry);
      added.push({ label, entry: logEntry.entry });
    }
    accepted.push({ call, indices: assigned.indices });
  }
  return { added, accepted, refused };
}

/** Throws unless every label is new. For entries that bring their own index, so none may repeat an earlier one. */
export function checkNewLabels(
  entries: readonly LabelledEntry[],
  findStored: (label: string) => LogEntry | undefined,
): void {
  const { added } = planGroup([{ entries }], 0, findStored);
  if (added.length !== entries.length) {
    throw new Error("a label occurs twice in these entries, or is in the log already");
  }
}

/** The index of each entry of one call, and the entries that are new. */
function assignIndices(
  entries: readonly LabelledEntry[],
  next: number,
  findEarlier: (label: string) => LogEntry | undefined,
): { indices: readonly number[]; added: ReadonlyMap<string, LogEntry> } | Error {
  const added = new Map<string, LogEntry>();
  const indices: number[] = [];
  for (const { label, entry } of entries) {
    const earlier = added.get(label) ?? findEarlier(label);
    if (earlier !== undefined && !equalBytes(earlier.entry, entry)) {
      return new Error(`the log has another entry under the label ${label}`);
    }
    const index = earlier?.index ?? next + added.size;
    if (earlier === undefined) added.set(label, { index, entry });
    indices.push(index);
  }
  return { indices, added };
}
