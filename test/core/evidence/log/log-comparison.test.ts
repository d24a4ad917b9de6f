import { beforeAll, describe, expect, it } from "vitest";
import { toHex, type Bytes } from "../../../../src/core/encoding/bytes.ts";
import { compareWithLog, type LogComparison } from "../../../../src/core/evidence/log-comparison.ts";
import { encodeEntry, recordLabel } from "../../../../src/core/stream/record.ts";
import { treeRoot } from "../../../../src/core/tlog/merkle.ts";
import { readerOf } from "../../../support/evidence/export-file.ts";
import { createLog, TestLog } from "../../../support/log/memory-log.ts";

// A tenant's records and what the log holds under the tenant's labels, entry by entry.

const KEY = new Uint8Array(32).fill(1);
const ORIGIN = "log.example/countersign";
const LOOKAHEAD = 3;

const commit = (seq: number): Bytes => new Uint8Array(32).fill(0x40 + seq);
/** The tenant's record with this seq. */
const record = (seq: number, held = commit(seq)): Bytes =>
  encodeEntry({ kind: "sealed", label: recordLabel(KEY, seq), commit: held });
const published = encodeEntry({ kind: "public", record: { type: "release" } });
const foreign = (number: number): Bytes =>
  encodeEntry({ kind: "sealed", label: new Uint8Array(32).fill(number), commit: commit(0) });

let signer: TestLog["signer"];
beforeAll(async () => {
  ({ signer } = await createLog(ORIGIN));
});

interface Case {
  /** The entries of the log, and its size when the export was made. */
  readonly entries: readonly Uint8Array[];
  readonly exportSize?: number;
  /** How many records the export holds. */
  readonly count?: number;
  readonly lookahead?: number;
}

async function compare({
  entries,
  exportSize = entries.length,
  count = 3,
  lookahead = LOOKAHEAD,
}: Case): Promise<{
  readonly comparison: LogComparison;
  readonly progress: readonly string[];
}> {
  const log = new TestLog(signer);
  for (const entry of entries) log.append(entry);
  const progress: string[] = [];
  const commits = Array.from({ length: count }, (_none, seq) => toHex(commit(seq)));
  const comparison = await compareWithLog(
    { streamKey: KEY, commits, exportSize, lookahead },
    { origin: ORIGIN, size: entries.length, root: treeRoot(log.leaves) },
    readerOf(log),
    (unit, done, total) => progress.push(`${unit} ${done} of ${total}`),
  );
  return { comparison, progress };
}

const whole = [record(0), foreign(9), record(1), record(2)];
const clean = { log: undefined, places: undefined, fork: undefined, hidden: undefined, newer: 0 };

describe("a log that holds every record once, in order", () => {
  it.each([
    ["alone", { entries: [record(0), record(1), record(2)] }, 0],
    ["between the entries of others", { entries: whole }, 0],
    ["with entries of others under one label", { entries: [...whole, foreign(9), foreign(9)] }, 0],
    ["with a public entry twice", { entries: [published, ...whole, published] }, 0],
    ["the last one at the end of the export's state", { entries: [...whole, foreign(8)], exportSize: 4 }, 0],
    ["and one newer record", { entries: [...whole, record(3)], exportSize: 4 }, 1],
    ["and three newer records", { entries: [...whole, record(3), record(4), record(5)], exportSize: 4 }, 3],
    ["and a record beyond those that are looked for", { entries: [...whole, record(6)] }, 0],
  ])("%s", async (_name, given, newer) => {
    expect((await compare(given)).comparison).toEqual({ ...clean, newer });
  });
});

describe("a log that does not", () => {
  const rows: [string, Case, Partial<LogComparison>][] = [
    [
      "another record under the label of one",
      { entries: [record(0), record(1, commit(2)), record(2)] },
      { places: "the log holds another record than record 1 under its label, at index 1" },
    ],
    ["without the first", { entries: whole.slice(1) }, { places: "record 0 is not in the log" }],
    ["without the last", { entries: whole.slice(0, -1) }, { places: "record 2 is not in the log" }],
    [
      "two records in another order",
      { entries: [record(1), record(0), record(2)] },
      { places: "record 1 is in the log before the record that it follows" },
    ],
    [
      "the last one after the export's state",
      { entries: whole, exportSize: 3 },
      { places: "the export holds records that its own state of the log does not have" },
    ],
    [
      "a record twice",
      { entries: [...whole, record(1)] },
      { fork: "entries 2 and 4 of the log both have the label of record 1" },
    ],
    [
      "a record twice, with different contents",
      { entries: [...whole, record(0, commit(5)), record(1)] },
      { fork: "entries 0 and 4 of the log both have the label of record 0" },
    ],
    [
      "the next record before the end of the export's state",
      { entries: [...whole, record(3)], exportSize: 5 },
      { hidden: "record 3 is in the log, at index 4, but not in the export" },
    ],
    [
      "a later record without the next one",
      { entries: [...whole, record(4)], exportSize: 4 },
      { hidden: "record 4 is in the log, at index 4, but not in the export" },
    ],
    [
      "the last record that is looked for",
      { entries: [...whole, record(5)], exportSize: 4 },
      { hidden: "record 5 is in the log, at index 4, but not in the export" },
    ],
    [
      "two newer records in another order",
      { entries: [...whole, record(4), record(3)], exportSize: 4 },
      { hidden: "record 4 is in the log, at index 4, but not in the export", newer: 1 },
    ],
    [
      "a malformed entry",
      { entries: [...whole, Uint8Array.of(3)] },
      { log: "entry 4: an entry starts with the byte 1 or 2" },
    ],
  ];
  it.each(rows)("%s", async (_name, given, expected) => {
    expect((await compare({ entries: whole })).comparison).toEqual(clean);
    expect((await compare(given)).comparison).toEqual({ ...clean, ...expected });
  });

  it("the entry that it should have", async () => {
    const log = new TestLog(signer);
    for (const entry of whole) log.append(entry);
    const exported = { streamKey: KEY, commits: [], exportSize: 4, lookahead: LOOKAHEAD };
    const checkpoint = { origin: ORIGIN, size: 4, root: treeRoot(log.leaves) };
    const without = { ...readerOf(log), fetchEntries: async () => undefined };
    const progress = () => undefined;
    expect((await compareWithLog(exported, checkpoint, readerOf(log), progress)).log).toBe(undefined);
    expect(await compareWithLog(exported, checkpoint, without, progress)).toEqual({
      ...clean,
      log: "the log does not have tile/entries/000.p/4",
    });
  });

  it.each([
    [16_000_000, "the log does not have tile"],
    [16_000_001, "this program reads logs of up to 16000000 entries"],
  ])("few enough entries: %i", async (size, failure) => {
    const exported = { streamKey: KEY, commits: [], exportSize: 1, lookahead: 0 };
    const none = { fetchTile: async () => undefined, fetchEntries: async () => undefined };
    const compared = await compareWithLog(
      exported,
      { origin: ORIGIN, size, root: commit(0) },
      none,
      () => undefined,
    );
    expect(compared.log).toContain(failure);
  });
});

it("reports every 100,000 labels", { timeout: 30_000 }, async () => {
  const { progress } = await compare({ entries: whole, lookahead: 100_001 });
  expect(progress).toEqual(["entries 4 of 4", "labels 0 of 100001", "labels 100000 of 100001"]);
});

it("reports how many entries it has read, and how many labels it has looked for", async () => {
  const many = [...whole, ...Array.from({ length: 300 }, (_none, index) => foreign(index % 200))];
  const { progress } = await compare({ entries: many });
  expect(progress).toEqual(["entries 256 of 304", "entries 304 of 304", "labels 0 of 3"]);
});
