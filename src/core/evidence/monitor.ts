import type { Checkpoint } from "../tlog/checkpoint.ts";
import { authenticEntries, proveConsistency, type LogReader } from "../tlog/log-entries.ts";
import { labelText } from "../stream/labels.ts";
import { parseNote, verifyNote } from "../tlog/signed-note.ts";
import { parseEntry } from "../stream/record.ts";
import { isQuorumMet, judgeCheckpoint, NO_QUORUM, type TrustPolicy } from "../tlog/trust-policy.ts";

// One monitorLog at a log by somebody who remembers what it said before. A log that shows one history to some and
// another to others, or takes back what it has published, cannot do so to whoever remembers; and what it has
// once signed is the proof.

/** What each alarm means, for someone who is woken by it. */
export const ALARMS = {
  "bad-signature": "the checkpoint is not signed by the log that you trust",
  "other-log": "the log goes by another name than before",
  shrunk: "the log has become smaller",
  "split-view": "the log shows another history than before",
  "tile-not-authentic": "the log serves content that is not under its signed root",
  "malformed-entry": "the log holds an entry that is none",
  "duplicate-label": "the log holds two entries under one label",
  "few-witnesses": "too few of the witnesses that you trust have signed",
  "too-large": "the log has more entries than this program can follow",
  stale: "the log's newest checkpoint is too old",
} as const;

type AlarmName = keyof typeof ALARMS;
export interface Alarm {
  readonly name: AlarmName;
  readonly detail: string;
}

/** What is remembered between two looks. */
export interface LogState {
  readonly checkpoint: Checkpoint;
  /** When the log was seen to have grown, by the monitor's clock; milliseconds. */
  readonly grownAt: number;
}

export interface MonitorOptions {
  readonly trust: TrustPolicy;
  readonly log: LogReader;
  readonly now: number;
  /** How old the newest checkpoint may be; undefined: as old as it likes. */
  readonly maxAgeSeconds?: number;
  /** The labels of the remembered log, cut as `shortLabel` does. */
  readonly labels: ReadonlySet<string>;
  /** Where those labels are lost: every entry is read again. */
  readonly fromStart?: boolean;
}

interface UpdatedLogState {
  readonly checkpoint: Checkpoint;
  readonly grownAt: number;
  /** Of the entries that were new, in their order. */
  readonly newLabels: ReadonlySet<string>;
}

type MonitorResult =
  | { readonly ok: true; readonly seen: UpdatedLogState }
  | { readonly ok: false; readonly alarm: Alarm };

/**
 * 16 of a label's 32 bytes: equal labels are equal in them, and two different ones are so once in 2^64 pairs.
 * A set takes 16,777,216 of them, some 70 bytes each.
 */
export const SHORT_LABEL_BYTES = 16;
const MONITORED_MAX_ENTRIES = 16_000_000;

function shortLabel(label: Uint8Array): string {
  return labelText(label.subarray(0, SHORT_LABEL_BYTES));
}

/** `note` is the log's newest checkpoint; `before` what was remembered, if anything was. */
export async function monitorLog(
  note: string,
  before: LogState | undefined,
  by: MonitorOptions,
): Promise<MonitorResult> {
  const judged = await judgeCheckpoint(note, by.trust);
  if (!judged.ok) return alarm("bad-signature", judged.refusal.detail);
  const { checkpoint, quorumMet } = judged.value;
  const changed = before === undefined ? undefined : await changeAlarm(before.checkpoint, checkpoint, by.log);
  if (changed !== undefined) return { ok: false, alarm: changed };
  if (!quorumMet) return alarm("few-witnesses", `the checkpoint of size ${checkpoint.size}`);
  const size = before?.checkpoint.size ?? 0;
  if (checkpoint.size > MONITORED_MAX_ENTRIES)
    return alarm("too-large", `${checkpoint.size} entries, and ${MONITORED_MAX_ENTRIES} can be followed`);
  const grownAt = before === undefined || checkpoint.size > size ? by.now : before.grownAt;
  const stale = await staleAlarm(note, grownAt, by);
  if (stale !== undefined) return { ok: false, alarm: stale };
  const labels = await readNew(checkpoint, by.fromStart === true ? 0 : size, by);
  return "name" in labels
    ? { ok: false, alarm: labels }
    : { ok: true, seen: { checkpoint, grownAt, newLabels: labels } };
}

function alarm(name: AlarmName, detail: string): { readonly ok: false; readonly alarm: Alarm } {
  return { ok: false, alarm: { name, detail } };
}

async function changeAlarm(
  before: Checkpoint,
  after: Checkpoint,
  log: LogReader,
): Promise<Alarm | undefined> {
  if (before.origin !== after.origin)
    return { name: "other-log", detail: `${before.origin} before, ${after.origin} now` };
  if (after.size < before.size)
    return { name: "shrunk", detail: `${before.size} entries before, ${after.size} now` };
  const grown = await proveConsistency(before, after, log.fetchTile);
  if (grown.ok) return undefined;
  const { code, detail } = grown.refusal;
  const sizes = `from ${before.size} to ${after.size} entries: ${detail}`;
  return { name: code === "consistency_mismatch" ? "split-view" : "tile-not-authentic", detail: sizes };
}

/**
 * A checkpoint has no time of its own. Where witnesses are asked for, theirs count: the latest moment at which
 * enough of them had signed. Otherwise all there is to go by is when the log was last seen to grow.
 */
async function staleAlarm(
  note: string,
  grownAt: number,
  { trust, now, maxAgeSeconds }: MonitorOptions,
): Promise<Alarm | undefined> {
  if (maxAgeSeconds === undefined) return undefined;
  const since = trust.quorum === NO_QUORUM ? grownAt : await witnessedAt(note, trust);
  const age = Math.floor((now - since) / 1_000);
  if (age <= maxAgeSeconds) return undefined;
  const what = trust.quorum === NO_QUORUM ? "it last grew" : "enough witnesses last signed it";
  return { name: "stale", detail: `${what} ${age} seconds ago, and ${maxAgeSeconds} are allowed` };
}

/** Milliseconds; 0 if that never was. */
async function witnessedAt(noteText: string, trust: TrustPolicy): Promise<number> {
  const note = parseNote(noteText);
  const keys = trust.witnesses.map(({ key }) => key);
  const verified = note.ok ? await verifyNote(note.value, keys) : note;
  if (!verified.ok) return 0;
  const latest = verified.value.toSorted((one, other) => (other.time ?? 0) - (one.time ?? 0));
  const names: string[] = [];
  for (const { key, time } of latest) {
    const witness = trust.witnesses.find((each) => each.key === key);
    if (witness !== undefined) names.push(witness.name);
    if (isQuorumMet(trust, names)) return (time ?? 0) * 1_000;
  }
  return 0;
}

/** The labels of the entries from this index on, or what is wrong with one of them. */
async function readNew(
  checkpoint: Checkpoint,
  from: number,
  { log, labels }: MonitorOptions,
): Promise<ReadonlySet<string> | Alarm> {
  const fresh = new Set<string>();
  for await (const range of authenticEntries(checkpoint, from, log)) {
    if (!range.ok) return { name: "tile-not-authentic", detail: range.refusal.detail };
    for (const [place, bytes] of range.value.entries.entries()) {
      const index = range.value.first + place;
      const entry = parseEntry(bytes);
      if (!entry.ok) return { name: "malformed-entry", detail: `entry ${index}: ${entry.refusal.detail}` };
      if (entry.value.kind === "public") continue;
      const label = shortLabel(entry.value.label);
      if (labels.has(label) || fresh.has(label))
        return { name: "duplicate-label", detail: `entry ${index} bears the label of an earlier one` };
      fresh.add(label);
    }
  }
  return fresh;
}
