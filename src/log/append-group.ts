import { equalBytes, owned, toHex } from "../core/encoding/bytes.ts";
import { leafHash } from "../core/tlog/merkle.ts";
import { parseEntry, type Entry } from "../core/stream/record.ts";
import { ENTRY_MAX_BYTES } from "../core/tlog/tile.ts";

// Calls that wait for the log at the same time are committed together: which of their entries are new,
// where each will stand, and which call asks for what can't be.

/** 256 x 65,535 bytes = 16.8 MB, inside the 32 MiB of one call between Workers. */
export const APPEND_MAX_ENTRIES = 256;
const LABEL_PATTERN = /^[0-9a-f]{64}$/;

export interface LabelledEntry {
  /** 32 bytes in hexadecimal digits: an entry has one label and a label one entry, for ever. */
  readonly label: string;
  readonly entry: Uint8Array;
}

export interface PlacedEntry {
  readonly index: number;
  readonly entry: Uint8Array;
}

export interface AppendCall {
  readonly entries: readonly LabelledEntry[];
}

export interface GroupPlan<Call> {
  /** The new entries, in the order they will stand. */
  readonly added: readonly LabelledEntry[];
  /** With the index of each entry of the call. */
  readonly accepted: readonly { readonly call: Call; readonly indices: readonly number[] }[];
  /** Nothing of these calls is appended. */
  readonly refused: readonly { readonly call: Call; readonly problem: Error }[];
}

/** Throws for what no log may hold, before anything waits on it. */
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
  if (labelOf(parsed.value, entry) !== label) throw new RangeError(`the entry ${label} bears another label`);
}

/** An entry tells its own label, so that a log can be made again from its entries: a public one by its hash. */
export function labelOf(parsed: Entry, entry: Uint8Array): string {
  return toHex(parsed.kind === "sealed" ? parsed.label : leafHash(entry));
}

export function planGroup<Call extends AppendCall>(
  calls: readonly Call[],
  size: number,
  stored: (label: string) => PlacedEntry | undefined,
): GroupPlan<Call> {
  const added: LabelledEntry[] = [];
  const accepted: { call: Call; indices: readonly number[] }[] = [];
  const refused: { call: Call; problem: Error }[] = [];
  const placed = new Map<string, PlacedEntry>();
  for (const call of calls) {
    const next = size + added.length;
    const placement = placeEntries(call.entries, next, (label) => placed.get(label) ?? stored(label));
    if (placement instanceof Error) {
      refused.push({ call, problem: placement });
      continue;
    }
    for (const [label, fresh] of placement.fresh) {
      placed.set(label, fresh);
      added.push({ label, entry: fresh.entry });
    }
    accepted.push({ call, indices: placement.indices });
  }
  return { added, accepted, refused };
}

/** Throws unless each entry is new: for entries that come with their places, where no place can be an earlier one. */
export function checkLabels(
  entries: readonly LabelledEntry[],
  stored: (label: string) => PlacedEntry | undefined,
): void {
  const { added } = planGroup([{ entries }], 0, stored);
  if (added.length !== entries.length)
    throw new Error("a label of these entries comes twice, or is the log's");
}

/** Where the entries of one call stand, and those of them that are new. */
function placeEntries(
  entries: readonly LabelledEntry[],
  next: number,
  known: (label: string) => PlacedEntry | undefined,
): { indices: readonly number[]; fresh: ReadonlyMap<string, PlacedEntry> } | Error {
  const fresh = new Map<string, PlacedEntry>();
  const indices: number[] = [];
  for (const { label, entry } of entries) {
    const earlier = fresh.get(label) ?? known(label);
    if (earlier !== undefined && !equalBytes(earlier.entry, entry)) {
      return new Error(`the log holds another entry under the label ${label}`);
    }
    const index = earlier?.index ?? next + fresh.size;
    if (earlier === undefined) fresh.set(label, { index, entry });
    indices.push(index);
  }
  return { indices, fresh };
}
