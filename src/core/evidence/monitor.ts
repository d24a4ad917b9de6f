import type { Checkpoint } from "../tlog/checkpoint.ts";
import { authenticEntries, proveConsistency, type LogReader } from "../tlog/log-entries.ts";
import { labelText } from "../stream/labels.ts";
import { parseNote, verifyNote } from "../tlog/signed-note.ts";
import { parseEntry } from "../stream/record.ts";
import { isQuorumMet, judgeCheckpoint, NO_QUORUM, type TrustPolicy } from "../tlog/trust-policy.ts";

// One check of a log against its earlier state. A log that shows different histories to different readers,
// or withdraws what it published, is caught by a reader who remembers; the log's own signatures prove it.

/** What each alarm means, for the person on call. */
export const ALARMS = {
  "bad-signature": "the checkpoint is not signed by the log that you trust",
  "other-log": "the log has another name than before",
  shrunk: "the log has become smaller",
  "split-view": "the log shows another history than before",
  "tile-not-authentic": "the log serves content that its signed root does not cover",
  "malformed-entry": "the log holds a malformed entry",
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

/** What a monitor keeps between two checks. */
export interface LogState {
  readonly checkpoint: Checkpoint;
  /** When the monitor first saw this size, by its own clock, in milliseconds. */
  readonly grownAt: number;
}

export interface MonitorOptions {
  readonly trust: TrustPolicy;
  readonly log: LogReader;
  readonly now: number;
  /** The greatest allowed age of the newest checkpoint; undefined for no limit. */
  readonly maxAgeSeconds?: number;
  /** The short labels of all entries up to the earlier state (see `shortLabel`). */
  readonly labels: ReadonlySet<string>;
  /** Read every entry again, for when the stored labels are lost. */
  readonly fromStart?: boolean;
}

interface UpdatedLogState extends LogState {
  /** The short labels of the new entries, in their order. */
  readonly newLabels: ReadonlySet<string>;
}

type MonitorResult =
  | { readonly ok: true; readonly state: UpdatedLogState }
  | { readonly ok: false; readonly alarm: Alarm };

/**
 * 16 of a label's 32 bytes, to save memory: two different labels share them with probability 2^-128.
 * A set holds at most 16,777,216 of them, of some 70 bytes each.
 */
export const SHORT_LABEL_BYTES = 16;
const MONITOR_MAX_ENTRIES = 16_000_000;

function shortLabel(label: Uint8Array): string {
  return labelText(label.subarray(0, SHORT_LABEL_BYTES));
}

/** `note` is the log's newest checkpoint; `previous` is the state after the last check, if there was one. */
export async function monitorLog(
  note: string,
  previous: LogState | undefined,
  options: MonitorOptions,
): Promise<MonitorResult> {
  const judged = await judgeCheckpoint(note, options.trust);
  if (!judged.ok) return alarm("bad-signature", judged.refusal.detail);
  const { checkpoint, quorumMet } = judged.value;
  const changed = previous && (await changeAlarm(previous.checkpoint, checkpoint, options.log));
  if (changed !== undefined) return { ok: false, alarm: changed };
  if (!quorumMet) return alarm("few-witnesses", `the checkpoint of size ${checkpoint.size}`);
  const size = previous?.checkpoint.size ?? 0;
  if (checkpoint.size > MONITOR_MAX_ENTRIES)
    return alarm("too-large", `${checkpoint.size} entries; at most ${MONITOR_MAX_ENTRIES} are supported`);
  const grownAt = previous === undefined || checkpoint.size > size ? options.now : previous.grownAt;
  const stale = await staleAlarm(note, grownAt, options);
  if (stale !== undefined) return { ok: false, alarm: stale };
  const labels = await readNewLabels(checkpoint, options.fromStart === true ? 0 : size, options);
  return "name" in labels
    ? { ok: false, alarm: labels }
    : { ok: true, state: { checkpoint, grownAt, newLabels: labels } };
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
 * A checkpoint has no time of its own. With witnesses, its age counts from the latest time at which enough of
 * them had signed it. Without, it counts from the time when this monitor last saw the log grow.
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
  return { name: "stale", detail: `${what} ${age} seconds ago; ${maxAgeSeconds} are allowed` };
}

/** In milliseconds; 0 if there never were enough. */
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

/** The short labels of the entries from this index on, or the alarm about one of them. */
async function readNewLabels(
  checkpoint: Checkpoint,
  from: number,
  { log, labels }: MonitorOptions,
): Promise<ReadonlySet<string> | Alarm> {
  const newLabels = new Set<string>();
  for await (const range of authenticEntries(checkpoint, from, log)) {
    if (!range.ok) return { name: "tile-not-authentic", detail: range.refusal.detail };
    for (const [offset, bytes] of range.value.entries.entries()) {
      const index = range.value.first + offset;
      const entry = parseEntry(bytes);
      if (!entry.ok) return { name: "malformed-entry", detail: `entry ${index}: ${entry.refusal.detail}` };
      if (entry.value.kind === "public") continue;
      const label = shortLabel(entry.value.label);
      if (labels.has(label) || newLabels.has(label))
        return { name: "duplicate-label", detail: `entry ${index} has the label of an earlier entry` };
      newLabels.add(label);
    }
  }
  return newLabels;
}
