import { beforeAll, describe, expect, it } from "vitest";
import type { Bytes } from "../../../../src/core/encoding/bytes.ts";
import {
  ALARMS,
  monitorLog,
  type LogState,
  type MonitorOptions,
} from "../../../../src/core/evidence/monitor.ts";
import { labelText } from "../../../../src/core/stream/labels.ts";
import { encodeEntry } from "../../../../src/core/stream/record.ts";
import { encodeCheckpoint } from "../../../../src/core/tlog/checkpoint.ts";
import { treeRoot } from "../../../../src/core/tlog/merkle.ts";
import { encodeNote } from "../../../../src/core/tlog/signed-note.ts";
import { readerOf } from "../../../support/evidence/export-file.ts";
import { createLog, type TestLog } from "../../../support/log/memory-log.ts";

// One check of a log by a reader who remembers its earlier state. Each row of the alarms changes one thing.

const ORIGIN = "log.example/countersign";
const NOW = Date.UTC(2027, 0, 15, 8);
const WITNESSED = NOW / 1_000 - 60;
const SIZE = 6;
const GROWN = 9;

const label = (number: number): Bytes => new Uint8Array(32).fill(number);
const short = (number: number): string => labelText(label(number).subarray(0, 16));
const sealed = (number: number): Bytes =>
  encodeEntry({ kind: "sealed", label: label(number), commit: new Uint8Array(32) });
const published = encodeEntry({ kind: "public", record: { type: "release" } });

/** Entries 0 to 8, with two equal public ones. */
const ENTRIES = [
  sealed(0),
  sealed(1),
  published,
  sealed(3),
  sealed(4),
  sealed(5),
  sealed(6),
  published,
  sealed(8),
];

let log: TestLog;
beforeAll(async () => {
  log = await createLog(ORIGIN, 3);
  for (const entry of ENTRIES) log.append(entry);
});

/** A log with the same keys and other entries. */
function logOf(entries: readonly Uint8Array[]): TestLog {
  const other = Object.create(log) as TestLog;
  Object.assign(other, { leaves: [], entries: [] });
  for (const entry of entries) other.append(entry);
  return other;
}

function textAt(size: number): string {
  return encodeCheckpoint({ origin: ORIGIN, size, root: treeRoot(log.leaves.slice(0, size)) });
}

/** Signed by the log, and by its first witnesses at these times, in seconds. */
async function signed(text: string, times: readonly number[]): Promise<string> {
  const cosignatures = times.map((time, index) => log.witnesses[index]?.sign(text, time));
  const signatures = await Promise.all([log.signer.sign(text), ...cosignatures]);
  return encodeNote({ text, signatures: signatures.filter((each) => each !== undefined) });
}

async function stateAt(size: number, more: Partial<LogState["checkpoint"]> = {}): Promise<LogState> {
  const first = await monitorLog(await log.checkpoint(size), undefined, options());
  if (!first.ok) throw new Error(first.alarm.detail);
  const { checkpoint } = first.state;
  return { checkpoint: { ...checkpoint, ...more }, grownAt: NOW - 1_000_000 };
}

function options(more: Partial<MonitorOptions> = {}): MonitorOptions {
  return { trust: log.trust(2), log: readerOf(log), now: NOW, labels: new Set(), ...more };
}

const known = new Set([0, 1, 3, 4, 5].map(short));

describe("an honest log", () => {
  it("is read in full at first, and then from where the last check ended", async () => {
    const first = await monitorLog(await log.checkpoint(SIZE), undefined, options());
    expect(first).toMatchObject({
      ok: true,
      state: { checkpoint: { origin: ORIGIN, size: SIZE }, grownAt: NOW, newLabels: known },
    });
    const later = options({ now: NOW + 60_000, labels: known });
    const grown = await monitorLog(await log.checkpoint(), first.ok ? first.state : undefined, later);
    expect(grown).toMatchObject({
      ok: true,
      state: { checkpoint: { size: GROWN }, grownAt: NOW + 60_000, newLabels: new Set([6, 8].map(short)) },
    });
  });

  it("keeps the time at which it last grew", async () => {
    const result = await monitorLog(
      await log.checkpoint(SIZE),
      await stateAt(SIZE),
      options({ labels: known }),
    );
    expect(result).toMatchObject({ ok: true, state: { grownAt: NOW - 1_000_000, newLabels: new Set() } });
  });

  it("can be read from its start again, if the labels are lost", async () => {
    const again = options({ fromStart: true });
    const result = await monitorLog(await log.checkpoint(), await stateAt(SIZE), again);
    const all = new Set([0, 1, 3, 4, 5, 6, 8].map(short));
    expect(result).toMatchObject({ ok: true, state: { newLabels: all } });
  });

  it("may be empty at first", async () => {
    const none = await monitorLog(await log.checkpoint(0), undefined, options());
    expect(none).toMatchObject({ ok: true, state: { newLabels: new Set() } });
    const grown = await monitorLog(await log.checkpoint(SIZE), none.ok ? none.state : undefined, options());
    expect(grown).toMatchObject({ ok: true, state: { newLabels: known } });
  });
});

describe("an alarm", () => {
  interface Case {
    readonly note?: string;
    readonly previous?: LogState;
    readonly more?: Partial<MonitorOptions>;
  }
  const served = async (entries: readonly Uint8Array[]): Promise<Case> => {
    const other = logOf(entries);
    return { note: await other.checkpoint(), more: { log: readerOf(other) } };
  };
  const ofSize = async (size: number): Promise<Case> => ({
    note: await signed(encodeCheckpoint({ origin: ORIGIN, size, root: label(7) }), []),
    more: { trust: log.trust() },
  });

  const rows: [keyof typeof ALARMS, string, () => Promise<Case>, string][] = [
    [
      "bad-signature",
      "another log's key",
      async () => ({ more: { trust: (await createLog(ORIGIN, 3)).trust() } }),
      "no signature is by a trusted key",
    ],
    ["bad-signature", "no note", async () => ({ note: "no note" }), "no blank line"],
    [
      "other-log",
      "another name than before",
      async () => ({ previous: await stateAt(SIZE, { origin: "other.example" }) }),
      `other.example before, ${ORIGIN} now`,
    ],
    [
      "shrunk",
      "one entry fewer",
      async () => ({ note: await log.checkpoint(GROWN - 1), previous: await stateAt(GROWN) }),
      "9 entries before, 8 now",
    ],
    [
      "split-view",
      "another root at the same size",
      async () => ({ previous: await stateAt(GROWN, { root: label(7) }) }),
      "from 9 to 9 entries",
    ],
    [
      "split-view",
      "another root at a smaller size, although too few witnesses have signed",
      async () => ({
        note: await signed(textAt(GROWN), [WITNESSED]),
        previous: await stateAt(SIZE, { root: label(7) }),
      }),
      "from 6 to 9 entries",
    ],
    [
      "tile-not-authentic",
      "no tiles",
      async () => ({
        previous: await stateAt(SIZE),
        more: { log: { ...readerOf(log), fetchTile: async () => undefined } },
      }),
      "from 6 to 9 entries: the log does not have tile/0/000.p/9",
    ],
    [
      "tile-not-authentic",
      "no entries",
      async () => ({ more: { log: { ...readerOf(log), fetchEntries: async () => undefined } } }),
      "the log does not have tile/entries/000.p/9",
    ],
    [
      "malformed-entry",
      "an entry of an unknown kind",
      () => served(ENTRIES.with(8, Uint8Array.of(9))),
      "entry 8: an entry starts with the byte 1 or 2",
    ],
    [
      "duplicate-label",
      "two new entries under one label",
      () => served(ENTRIES.with(8, sealed(3))),
      "entry 8 has the label of an earlier entry",
    ],
    [
      "duplicate-label",
      "a new entry under an earlier label",
      async () => ({ previous: await stateAt(SIZE), more: { labels: new Set([...known, short(6)]) } }),
      "entry 6 has the label of an earlier entry",
    ],
    [
      "few-witnesses",
      "one of two witnesses",
      async () => ({ note: await signed(textAt(GROWN), [WITNESSED]) }),
      "the checkpoint of size 9",
    ],
    ["too-large", "16,000,001 entries", () => ofSize(16_000_001), "at most 16000000 are supported"],
    // That size is allowed, but this log does not have its tiles.
    ["tile-not-authentic", "16,000,000 entries", () => ofSize(16_000_000), "does not have tile"],
  ];
  it.each(rows)("%s: %s", async (name, _what, make, detail) => {
    const honest = await monitorLog(await log.checkpoint(), await stateAt(SIZE), options({ labels: known }));
    expect(honest.ok).toBe(true);
    const { note = await log.checkpoint(), previous, more } = await make();
    const result = await monitorLog(note, previous, options(more));
    expect(result).toMatchObject({ ok: false, alarm: { name, detail: expect.stringContaining(detail) } });
  });
});

describe("the age of a checkpoint", () => {
  const age = async (note: string, trust: MonitorOptions["trust"], maxAgeSeconds: number | undefined) => {
    const more = { trust, labels: known, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) };
    const result = await monitorLog(note, await stateAt(SIZE), options(more));
    return result.ok ? "accepted" : `${result.alarm.name}: ${result.alarm.detail}`;
  };

  it.each([
    ["no limit", undefined, "accepted"],
    ["the limit", 1_000, "accepted"],
    ["less", 999, "stale: it last grew 1000 seconds ago; 999 are allowed"],
  ])("counts from the log's last growth if no witness is asked for: %s", async (_name, limit, expected) => {
    expect(await age(await log.checkpoint(SIZE), log.trust(), limit)).toBe(expected);
  });

  it("counts from now if the log has just grown", async () => {
    expect(await age(await log.checkpoint(GROWN), log.trust(), 0)).toBe("accepted");
  });

  // Two of three must have signed.
  it.each([
    ["the second newest of three", [100, 300, 200], 200],
    ["the second newest, in rising time", [100, 200, 300], 200],
    ["the second newest, in falling time", [300, 200, 100], 200],
    ["the older one of two", [100, 300], 300],
    ["both at once", [100, 100, 900], 100],
  ])("counts from the time at which enough witnesses had signed: %s", async (_name, ages, expected) => {
    const note = await signed(
      textAt(SIZE),
      ages.map((seconds) => NOW / 1_000 - seconds),
    );
    expect(await age(note, log.trust(2), expected)).toBe("accepted");
    expect(await age(note, log.trust(2), expected - 1)).toBe(
      `stale: enough witnesses last signed it ${expected} seconds ago; ${expected - 1} are allowed`,
    );
  });

  it("is in whole seconds", async () => {
    const note = await signed(textAt(SIZE), [NOW / 1_000 - 60, NOW / 1_000 - 60]);
    const at = async (now: number) =>
      (await monitorLog(note, undefined, options({ trust: log.trust(2), now, maxAgeSeconds: 60 }))).ok;
    expect([await at(NOW + 999), await at(NOW + 1_000)]).toEqual([true, false]);
  });
});
