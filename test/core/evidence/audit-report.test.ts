import { beforeAll, describe, expect, it } from "vitest";
import { AUDIT_CHECKS, type AuditOptions, type AuditReport } from "../../../src/core/evidence/audit.ts";
import { createLog } from "../../support/log/memory-log.ts";
import { headerOf, readerOf, rowsOf } from "../../support/evidence/export-file.ts";
import { createStaff, type Staff } from "../../support/evidence/sample-company.ts";
import {
  APPROVED,
  auditOf,
  auditOptions,
  auditRows,
  confirmationOf,
  detailOf,
  erase,
  LOOKAHEAD,
  sampleHistory,
} from "../../support/evidence/sample-history.ts";
import type { TestTenant } from "../../support/evidence/sample-tenant.ts";

// What a report says when the auditor lacks something. No check may read passed that was not made.

let staff: Staff;
let own: TestTenant;
beforeAll(async () => {
  staff = await createStaff();
  own = await sampleHistory(staff);
});

const names = Object.keys(AUDIT_CHECKS);
const withStatus = ({ checks }: AuditReport, status: string) =>
  checks.filter((check) => check.status === status).map(({ name }) => name);
const reportOf = async (more: Partial<AuditOptions>) =>
  auditRows(headerOf(own), rowsOf(own), await auditOptions(own, more));

describe("an auditor who cannot read the log", () => {
  const ofLog = ["places", "fork", "hidden"];
  const rows: [string, () => Promise<Partial<AuditOptions>>, readonly string[], string][] = [
    [
      "has no state of the log that the log signed",
      async () => ({ trust: (await createLog(own.log.origin, 3)).trust() }),
      ["witnesses", ...ofLog],
      "No signature is by a trusted key.",
    ],
    [
      "trusts another log",
      async () => {
        const other = await createLog("other.example", 3);
        other.append(own.log.entries[0] ?? new Uint8Array());
        return { trust: other.trust(2), checkpoint: await other.checkpoint(), log: readerOf(other) };
      },
      ["witnesses", ...ofLog],
      "The organisation's log is log.example/countersign, not other.example.",
    ],
    [
      "gets no tiles",
      async () => ({ log: { ...readerOf(own.log), fetchTile: async () => undefined } }),
      ofLog,
      "does not have tile",
    ],
    [
      "gets no entries",
      async () => ({ log: { ...readerOf(own.log), fetchEntries: async () => undefined } }),
      ofLog,
      "does not have tile/entries",
    ],
  ];
  it.each(rows)("%s", async (_name, make, absent, detail) => {
    const report = await reportOf(await make());
    expect(report.checks.map(({ name }) => name)).toEqual(names);
    expect([report.verified, withStatus(report, "failed")]).toEqual([false, ["log"]]);
    expect(withStatus(report, "absent")).toEqual(absent);
    expect(detailOf(report, "log")).toContain(detail);
  });

  it("still sees a record under a wrong label", async () => {
    const rows = rowsOf(own).map((row, seq) =>
      seq === APPROVED && row.kind !== "erased"
        ? ({ ...row, sealed: { ...row.sealed, label: "ab".repeat(32) } } as typeof row)
        : row,
    );
    const log = { ...readerOf(own.log), fetchTile: async () => undefined };
    const report = await auditRows(headerOf(own), rows, await auditOptions(own, { log }));
    expect([withStatus(report, "failed"), withStatus(report, "absent")]).toEqual([
      ["log", "places"],
      ["fork", "hidden"],
    ]);
  });

  it("learns nothing of the log's size or of newer records", async () => {
    const { summary } = await reportOf({ trust: (await createLog(own.log.origin, 3)).trust() });
    expect(summary).toMatchObject({
      log: { origin: own.log.origin, size: 0, exportSize: 0 },
      newer: 0,
      people: 5,
      passkeys: { active: 4, revoked: 1 },
      lookahead: LOOKAHEAD,
    });
  });
});

it("an export whose first record is erased says nothing of people and passkeys", async () => {
  const report = await auditRows(headerOf(own), erase(own, [0]), await auditOptions(own));
  expect(report.summary).toMatchObject({ people: 0, passkeys: { active: 0, revoked: 0 } });
});

describe("an auditor who asks for", () => {
  const noWitness = "Your trust policy asks for no witness.";
  it.each([
    ["no witness", () => own.log.trust(), [], ["witnesses"], noWitness],
    ["two of three witnesses", () => own.log.trust(2), [], [], AUDIT_CHECKS.witnesses],
  ])("%s", async (_name, trust, failed, absent, detail) => {
    const report = await reportOf({ trust: trust() });
    expect(report.checks.map(({ name }) => name)).toEqual(names);
    expect([withStatus(report, "failed"), withStatus(report, "absent")]).toEqual([failed, absent]);
    expect([report.verified, detailOf(report, "witnesses")]).toEqual([true, detail]);
  });

  it("the default number of next labels looks for a million", async () => {
    const { lookahead: _given, ...options } = await auditOptions(own, {
      log: { ...readerOf(own.log), fetchTile: async () => undefined },
    });
    expect((await auditRows(headerOf(own), rowsOf(own), options)).summary?.lookahead).toBe(1_000_000);
  });

  it("hears of the progress", async () => {
    const heard: string[] = [];
    await reportOf({ progress: (unit, count, total) => heard.push(`${unit} ${count}/${total}`) });
    expect(heard).toEqual(["entries 13/13", `labels 0/${LOOKAHEAD}`]);
  });
});

describe("an approval that may be used for a second", () => {
  const auditAfter = async (change: (tenant: TestTenant, seq: number) => void) => {
    const tenant = await sampleHistory(staff);
    change(tenant, await tenant.decide({ executeWithinSeconds: 1, votes: [{ by: staff.dan }] }));
    return auditOf(tenant);
  };
  const use = (tenant: TestTenant, decided: number, confirmation = confirmationOf(tenant, decided)) =>
    tenant.sealUnsigned("consumed", { confirmation, decided });

  it("is used in its last moment, and not later", async () => {
    const last = await auditAfter((tenant, seq) => use(tenant, seq));
    expect(withStatus(last, "failed")).toEqual([]);
    const later = await auditAfter((tenant, seq) => {
      use(tenant, APPROVED + 6);
      use(tenant, seq);
    });
    expect(withStatus(later, "failed")).toEqual(["uses"]);
    expect(detailOf(later, "uses")).toContain("after the time in which it could be used");
  });

  it("is not used under the number of another approval", async () => {
    const report = await auditAfter((tenant, seq) => use(tenant, APPROVED, confirmationOf(tenant, seq)));
    expect(detailOf(report, "uses")).toContain("it uses a request that was not approved before");
  });
});
