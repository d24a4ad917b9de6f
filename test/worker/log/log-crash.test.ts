import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { loadHead } from "../../../src/log/log-head.ts";
import { LogRows } from "../../../src/log/log-rows.ts";
import { logSigner } from "../../../src/log/log-signer.ts";
import { audit, hexOf, log, sealed, sealedRange } from "../support/log-audit.ts";

// Each write fails in two ways: before it happens, and after it happened. After each fault the whole log is audited
// from outside, audited again after the callers retried, and restarted from its rows.

const SEEDED = 250;
const before = sealedRange(0, SEEDED);
const first = [sealed("first")];
/** Together these entries fill a tile, so the group writes to every table. */
const second = sealedRange(1_000, 1_004);
const third = sealedRange(2_000, 2_004);

beforeEach(async () => {
  await reset();
  await log().append(before);
});
afterAll(() => reset());

type Step = "exec" | "transactionSync" | "sync";
type Moment = "before" | "after";
interface Fault {
  readonly step: Step;
  /** The number of the call of this step, counted from the group's first, from 0. */
  readonly call: number;
  readonly moment: Moment;
}

/** Counts the calls of each step and makes one fail. The result repairs the storage and returns the counts. */
function breakStorage(storage: DurableObjectStorage, fault?: Fault): () => Readonly<Record<Step, number>> {
  const counts = { exec: 0, transactionSync: 0, sync: 0 };
  const restore = (["exec", "transactionSync", "sync"] as const).map((step) => {
    const owner = (step === "exec" ? storage.sql : storage) as unknown as Record<string, Function>;
    const real = owner[step];
    owner[step] = (...values: unknown[]) => {
      const hasFault = fault?.step === step && fault.call === counts[step];
      counts[step]++;
      if (hasFault && fault.moment === "before") throw new Error("the disk failed");
      const outcome: unknown = real?.apply(owner, values);
      if (hasFault && fault.moment === "after") throw new Error("the disk failed after the write");
      return outcome;
    };
    return () => delete owner[step];
  });
  return () => {
    for (const each of restore) each();
    return counts;
  };
}

/** A group of two calls that meets the fault. A call before them is committed alone. */
async function appendUnderFault(
  fault?: Fault,
): Promise<{ outcomes: readonly string[]; counts: Readonly<Record<Step, number>> }> {
  return await runInDurableObject(log(), async (instance, state) => {
    const alone = instance.append(first);
    // The first call is committed now and waits for the disk.
    const group = [instance.append(second), instance.append(third)];
    const repair = breakStorage(state.storage, fault);
    const settled = await Promise.allSettled([alone, ...group]);
    return { outcomes: settled.map(({ status }) => status), counts: repair() };
  });
}

const all = [...before, ...first, ...second, ...third];
const index = (from: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_unused, place) => from + place);

/** The retries use the state in memory, the restart uses the rows: both must be right. */
async function retryAndAudit(): Promise<void> {
  expect(await log().append(first)).toEqual([SEEDED]);
  expect(await log().append(second)).toEqual(index(SEEDED + 1, second.length));
  expect(await log().append(third)).toEqual(index(SEEDED + 1 + second.length, third.length));
  const { note, entries } = await audit();
  expect(entries).toEqual(hexOf(all));
  await evictDurableObject(log());
  expect(await log().checkpoint()).toBe(note);
}

describe("a write that fails", async () => {
  it("can be any of these writes", async () => {
    const { outcomes, counts } = await appendUnderFault();
    expect(outcomes).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
    // 8 look-ups, and inserts of 8 entries, a tile and a checkpoint.
    expect(counts).toEqual({ exec: 18, transactionSync: 1, sync: 1 });
    await retryAndAudit();
  });

  const moments = ["before", "after"] as const;
  const statements = moments.flatMap((moment) =>
    index(0, 18).map((call) => ({ step: "exec", call, moment }) as const),
  );
  it.each(statements)("$moment statement $call stores nothing", async (fault) => {
    const { outcomes } = await appendUnderFault(fault);
    expect(outcomes).toEqual(["fulfilled", "rejected", "rejected"]);
    expect((await audit()).entries).toEqual(hexOf([...before, ...first]));
    await retryAndAudit();
  });

  it("before the transaction stores nothing", async () => {
    const { outcomes } = await appendUnderFault({ step: "transactionSync", call: 0, moment: "before" });
    expect(outcomes).toEqual(["fulfilled", "rejected", "rejected"]);
    expect((await audit()).entries).toEqual(hexOf([...before, ...first]));
    await retryAndAudit();
  });

  it.each([
    { step: "transactionSync", call: 0, moment: "after" },
    { step: "sync", call: 0, moment: "before" },
    { step: "sync", call: 0, moment: "after" },
  ] as const)("$moment $step keeps the entries, once", async (fault) => {
    const { outcomes } = await appendUnderFault(fault);
    expect(outcomes).toEqual(["fulfilled", "rejected", "rejected"]);
    expect((await audit()).entries).toEqual(hexOf(all));
    await retryAndAudit();
  });

  it("every time makes each call fail until the disk is repaired", async () => {
    const statuses = await runInDurableObject(log(), async (instance, state) => {
      const { sql } = state.storage;
      sql.exec = () => {
        throw new Error("the disk failed");
      };
      const calls = [
        () => instance.append(first),
        () => instance.checkpoint(),
        () => instance.proof(0),
        () => instance.append(second),
      ];
      const settled: string[] = [];
      for (const call of calls) settled.push((await Promise.allSettled([call()]))[0].status);
      Reflect.deleteProperty(sql, "exec");
      return settled;
    });
    expect(statuses).toEqual(["rejected", "rejected", "rejected", "rejected"]);
    expect((await audit()).entries).toEqual(hexOf(before));
    await retryAndAudit();
  });
});

describe("rows that differ from what was signed", () => {
  const UNSIGNED = "INSERT INTO entries (position, prefix, entry) VALUES (300, x'00', x'00')";
  it.each([
    ["the last entry is lost", "DELETE FROM entries WHERE position = 299"],
    ["an earlier entry is lost", "DELETE FROM entries WHERE position = 270"],
    [
      "an entry was replaced",
      "UPDATE entries SET entry = (SELECT entry FROM entries WHERE position = 1) WHERE position = 299",
    ],
    ["an entry was never signed", UNSIGNED],
    ["all entries are lost", "DELETE FROM entries"],
    ["the newest checkpoint is lost", "DELETE FROM checkpoint WHERE size = 300"],
    ["all checkpoints are lost", "DELETE FROM checkpoint"],
    ["a checkpoint has another root", "UPDATE checkpoint SET root = zeroblob(32) WHERE size = 300"],
    [
      "a checkpoint has another text",
      "UPDATE checkpoint SET note = replace(note, '300', '301') WHERE size = 300",
    ],
    [
      "a checkpoint is larger than the log",
      "INSERT INTO checkpoint SELECT 301, root, note FROM checkpoint WHERE size = 300",
    ],
    ["a full tile is lost", "DELETE FROM tiles WHERE level = 0 AND position = 0"],
    ["a full tile has another root", "UPDATE tiles SET root = zeroblob(32)"],
    ["there is one full tile too many", "INSERT INTO tiles SELECT 0, 1, root, runs, hashes FROM tiles"],
  ])("stop the log: %s", async (_name, damage) => {
    await log().append(sealedRange(SEEDED, 300));
    await evictDurableObject(log());
    const { note } = await audit();
    await runInDurableObject(log(), (_instance, state) => void state.storage.sql.exec(damage));
    await runInDurableObject(log(), (_instance, state) => {
      const signer = logSigner(env.LOG_ORIGIN, env.LOG_SEED);
      expect(() => loadHead(new LogRows(state.storage.sql), signer)).toThrow(/the log's/);
    });
    expect(note).toContain("\n300\n");
  });

  it("stop the log from starting", async () => {
    await runInDurableObject(
      log(),
      (_instance, state) => void state.storage.sql.exec("DELETE FROM checkpoint"),
    );
    await evictDurableObject(log());
    const answer = await log().append(first).then(String, String);
    expect(answer).toContain("do not end at the size of its newest checkpoint");
  });

  it.each([
    ["another key", env.LOG_ORIGIN, "0bad".repeat(16)],
    ["another name", "log.example", env.LOG_SEED],
  ])("include rows signed under %s", async (_name, origin, seed) => {
    await runInDurableObject(log(), async (instance, state) => {
      const rows = new LogRows(state.storage.sql);
      const own = logSigner(env.LOG_ORIGIN, env.LOG_SEED);
      expect(loadHead(rows, own).note).toBe(await instance.checkpoint());
      expect(() => loadHead(rows, logSigner(origin, seed))).toThrow("LOG_ORIGIN or LOG_SEED");
    });
  });
});

describe("a row that already exists", () => {
  it.each([
    ["entries", "INSERT INTO entries SELECT position, zeroblob(4), entry FROM entries WHERE position = 0"],
    ["tiles", "INSERT INTO tiles SELECT level, position, zeroblob(32), runs, hashes FROM tiles"],
    [
      "checkpoints",
      "INSERT INTO checkpoint SELECT size, zeroblob(32), note FROM checkpoint WHERE size = 250",
    ],
  ])("is not inserted twice: %s", async (_name, statement) => {
    await log().append(sealedRange(SEEDED, 256));
    await runInDurableObject(log(), (_instance, state) => {
      expect(() => state.storage.sql.exec(statement)).toThrow("UNIQUE constraint");
    });
    expect((await audit()).entries).toEqual(hexOf(sealedRange(0, 256)));
  });
});
