import { beforeAll, describe, expect, it } from "vitest";
import type { AuditOptions } from "../../../../src/core/evidence/audit.ts";
import { toHex } from "../../../../src/core/encoding/bytes.ts";
import { treeRoot } from "../../../../src/core/tlog/merkle.ts";
import { encodeEntry, recordLabel } from "../../../../src/core/stream/record.ts";
import { tilePath } from "../../../../src/core/tlog/tile.ts";
import { headerOf, readerOf, rowsOf, publicFile } from "../../../support/evidence/export-file.ts";
import { createLog, TestLog } from "../../../support/log/memory-log.ts";
import { flipped } from "../../../support/log/sample-tree.ts";
import { createStaff, type Staff } from "../../../support/evidence/sample-company.ts";
import { randomBytes, TestTenant } from "../../../support/evidence/sample-tenant.ts";
import {
  APPROVED,
  LOOKAHEAD,
  sampleHistory,
  auditOptions,
  auditOptionsFor,
  auditRows,
  auditOf,
  failedChecks,
} from "../../../support/evidence/sample-history.ts";

// An auditor against an operator who runs the log, too. Each row is a change of the log and the checks that catch it.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

describe("what an operator does to the log", () => {
  const seal = (own: TestTenant, seq: number) =>
    own.log.append(
      encodeEntry({ kind: "sealed", label: recordLabel(own.streamKey, seq), commit: randomBytes(32) }),
    );

  it.each([
    ["a hidden next record", 12, "hidden"],
    ["a hidden record with a much later seq", 12 + LOOKAHEAD - 1, "hidden"],
    ["a label beyond the lookahead", 12 + LOOKAHEAD, ""],
    ["a second record under a label", APPROVED, "fork"],
    ["a second first record", 0, "fork"],
  ])("%s, before the export", async (_name, seq, expected) => {
    const own = await sampleHistory(staff);
    seal(own, seq);
    const report = await auditOf(own);
    expect(failedChecks(report)).toBe(expected);
  });

  it("a gap among the records sealed after the export", async () => {
    const own = await sampleHistory(staff);
    const exported = [headerOf(own), rowsOf(own)] as const;
    seal(own, 13);
    expect(failedChecks(await auditRows(...exported, await auditOptions(own)))).toBe("hidden");
    seal(own, 12);
    expect(failedChecks(await auditRows(...exported, await auditOptions(own)))).toBe("hidden");
  });

  /** The same entries in a changed log. */
  const relaid = async (change: (entries: Uint8Array[]) => readonly Uint8Array[]): Promise<string> => {
    const own = await sampleHistory({ ...staff, tenant: async () => (await onFreshLog()).tenant });
    const other = new TestLog(own.log.signer, own.log.witnesses);
    for (const entry of change([...own.log.entries])) other.append(entry);
    const head = { ...headerOf(own), logSize: other.leaves.length, logRoot: toHex(treeRoot(other.leaves)) };
    return failedChecks(await auditRows(head, rowsOf(own), await auditOptionsFor(own.stream, other)));
  };
  const onFreshLog = async () => {
    const log = await createLog("fresh.example/log", 3);
    const fresh = new TestTenant(log, staff.alex);
    await fresh.endorse(staff.bea, "admin", staff.alex);
    await fresh.endorse(staff.cy, "approver", staff.bea);
    await fresh.endorse(staff.dan, "approver", staff.bea);
    await fresh.endorse(staff.eve, "auditor", staff.bea);
    return { tenant: fresh };
  };

  it.each([
    ["nothing", (entries: Uint8Array[]) => entries, ""],
    ["a record is missing", (entries: Uint8Array[]) => entries.toSpliced(5, 1), "places"],
    [
      "two records in another order",
      (entries: Uint8Array[]) =>
        entries.toSpliced(5, 2, entries[6] ?? new Uint8Array(), entries[5] ?? new Uint8Array()),
      "places",
    ],
    [
      "a record that is there twice",
      (entries: Uint8Array[]) => [...entries, entries[5] ?? new Uint8Array()],
      "fork",
    ],
    ["a malformed entry", (entries: Uint8Array[]) => [...entries, Uint8Array.of(9)], "log"],
  ])("%s", async (_name, change, expected) => expect(await relaid(change)).toBe(expected));

  it("a rolled-back log, a forged tile, a forged entry, other witnesses", async () => {
    const own = await sampleHistory(staff);
    const exported = [headerOf(own), rowsOf(own)] as const;
    const { log } = own;
    const reader = readerOf(log);
    const table: [string, Partial<AuditOptions>, string][] = [
      ["rolled back", { checkpoint: await log.checkpoint(3) }, "log"],
      [
        "a tile with a flipped bit",
        {
          log: {
            ...reader,
            fetchTile: async (tile) => flipped(publicFile(log, tilePath(tile)) ?? randomBytes(32)),
          },
        },
        "log",
      ],
      ["no tiles", { log: { ...reader, fetchTile: async () => undefined } }, "log"],
      [
        "an entry with a flipped bit",
        {
          log: {
            ...reader,
            fetchEntries: async (bundle) =>
              flipped((await reader.fetchEntries(bundle)) ?? randomBytes(32), 300),
          },
        },
        "log",
      ],
      ["no entries", { log: { ...reader, fetchEntries: async () => undefined } }, "log"],
      [
        "witnesses that are not trusted",
        { trust: { ...log.trust(3), witnesses: (await createLog("x", 3)).trust(3).witnesses } },
        "witnesses",
      ],
      ["another log's key", { trust: (await createLog(log.origin, 3)).trust() }, "log"],
      ["honest", {}, ""],
    ];
    for (const [name, more, expected] of table) {
      const report = await auditRows(...exported, await auditOptions(own, more));
      expect([name, failedChecks(report)]).toEqual([name, expected]);
    }
  });
});
