import { beforeAll, describe, expect, it } from "vitest";
import { AUDIT_CHECKS, auditExport } from "../../../src/core/evidence/audit.ts";
import { toHex } from "../../../src/core/encoding/bytes.ts";
import { openExport, type ExportHeader, type ExportRow } from "../../../src/core/evidence/export.ts";
import { treeRoot } from "../../../src/core/tlog/merkle.ts";
import type { JsonObject, JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { ANY_TENANT } from "../../../src/core/evidence/check.ts";
import { StreamChecker } from "../../../src/core/evidence/stream-checker.ts";
import { headerOf, rowsOf } from "../../support/evidence/export-file.ts";
import { editJson } from "../../support/evidence/edit-json.ts";
import { createStaff, statusOf, type Staff } from "../../support/evidence/sample-company.ts";
import type { TestTenant } from "../../support/evidence/sample-tenant.ts";
import {
  APPROVED,
  REJECTED,
  LOOKAHEAD,
  sampleHistory,
  auditOptions,
  auditOptionsFor,
  auditRows,
  auditOf,
  failedChecks,
  detailOf,
  erase,
} from "../../support/evidence/sample-history.ts";

// An auditor and a file that was changed on its way. Each row is a change and the checks that catch it. The same
// test accepts the original file.

let staff: Staff;
let good: TestTenant;
let header: ExportHeader;
let rows: readonly ExportRow[];

beforeAll(async () => {
  staff = await createStaff();
  good = await sampleHistory(staff);
  header = headerOf(good);
  rows = rowsOf(good);
});

describe("a complete export", () => {
  it("counts the decisions whose content it omits", async () => {
    const hidden = rows.map((row) =>
      row.kind === "decision"
        ? { ...row, sealed: { ...row.sealed, evidence: { ...row.sealed.evidence, payload: null } } }
        : row,
    );
    const report = await auditRows(header, hidden, await auditOptions(good));
    expect([report.verified, report.summary?.withheld]).toEqual([true, 4]);
  });

  it("passes every check, and gets a summary", async () => {
    const report = await auditRows(header, rows, await auditOptions(good));
    expect(report.checks.map(({ name, status }) => `${name} ${status}`)).toEqual(
      Object.keys(AUDIT_CHECKS).map((name) => `${name} passed`),
    );
    expect(report.summary).toEqual({
      stream: good.stream,
      records: {
        "stream.created": 1,
        "credential.endorsed": 4,
        decision: 4,
        consumed: 1,
        "credential.revoked": 1,
        "policy.changed": 1,
      },
      decisions: { approved: 2, rejected: 1, expired: 1 },
      tests: {},
      withheld: 0,
      unknownChoices: 0,
      people: 5,
      passkeys: { active: 4, revoked: 1 },
      erasures: [],
      log: { origin: good.log.origin, size: 13, exportSize: 13 },
      newer: 0,
      lookahead: LOOKAHEAD,
    });
  });

  it("stays complete when more is sealed later, and the report counts the newer records", async () => {
    const own = await sampleHistory(staff);
    const exported = [headerOf(own), rowsOf(own)] as const;
    await own.decide({ votes: [{ by: staff.dan }] });
    await own.decide({ outcome: "cancelled", votes: [] });
    const report = await auditRows(...exported, await auditOptions(own));
    expect([failedChecks(report), report.summary?.newer]).toEqual(["", 2]);
  });

  it("gets absent for checks without the options that they need", async () => {
    const any = await auditOf(good, { tenant: ANY_TENANT, trust: good.log.trust() });
    expect(any.checks.flatMap(({ name, status }) => (status === "absent" ? [name] : []))).toEqual([
      "tenant",
      "witnesses",
    ]);
    const { tenant: _none, ...unpinned } = await auditOptions(good);
    expect(failedChecks(await auditRows(header, rows, unpinned))).toBe("tenant");
  });

  it("may have erased records, each announced by a later record", async () => {
    const own = await sampleHistory(staff);
    own.sealUnsigned("erased", {
      rule: "Rejections after a year",
      spans: [{ from: REJECTED, to: REJECTED + 1 }],
    });
    await own.decide({ votes: [{ by: staff.dan }] });
    const rows = erase(own, [REJECTED, REJECTED + 1]);
    const report = await auditRows(headerOf(own), rows, await auditOptions(own));
    expect([failedChecks(report), report.summary?.erasures, report.summary?.records["(erased)"]]).toEqual([
      "",
      [{ by: 12, rule: "Rejections after a year", seqs: 2 }],
      2,
    ]);
  });

  it("with many erased records does not compare each of them with each announced span", async () => {
    const checker = new StreamChecker(header);
    const label = "00".repeat(32);
    for (let seq = 0; seq < 1_000; seq++)
      await checker.add({ kind: "erased", erased: true, seq, label, commit: label });
    let read = 0;
    const span = (place: number) => ({
      get from() {
        read++;
        return 2 * place;
      },
      to: 2 * place,
    });
    const spans = Array.from({ length: 1_000 }, (_none, place) => span(999 - place));
    const [head, at] = [{ v: 1, stream: header.stream, prev: label } as const, "2026-11-02T00:00:00.000Z"];
    const record = { ...head, seq: 1_000, at, type: "erased", body: { rule: "x", spans } } as const;
    await checker.add({ kind: "record", sealed: { record, entrySalt: "A".repeat(43), label } });
    expect(read).toBeLessThan(50_000);
    expect(checker.findings().erasures).toEqual([{ by: 1_000, rule: "x", seqs: 500 }]);
  });

  const LATER: readonly [name: string, status: string, later: (own: TestTenant) => Promise<unknown>][] = [
    ["nothing", "passed", async () => undefined],
    ["a request that nobody signed", "passed", (own) => own.decide({ outcome: "expired", votes: [] })],
    ["a signed decision", "absent", (own) => own.decide({ votes: [{ by: staff.dan }] })],
    ["a signed change", "absent", (own) => own.endorse(staff.zoe, "approver", staff.bea)],
  ];
  it.each(LATER)(
    "with %s after an erased record has the check of revocations %s",
    async (_name, status, later) => {
      const own = await sampleHistory(staff);
      const seq = await own.decide({ outcome: "cancelled", votes: [] });
      own.sealUnsigned("erased", { rule: "Cancelled requests", spans: [{ from: seq, to: seq }] });
      await later(own);
      const report = await auditRows(headerOf(own), erase(own, [seq]), await auditOptions(own));
      expect([failedChecks(report), statusOf(report, "revocation")]).toEqual(["", status]);
    },
  );
});

type File = readonly [ExportHeader, readonly ExportRow[]];
const changed = (seq: number, pointer: string, to: JsonValue | ((old: JsonValue) => JsonValue)): File => [
  header,
  rows.map((row, at) =>
    at === seq
      ? (editJson(
          row as unknown as JsonValue,
          pointer,
          typeof to === "function" ? to : () => to,
        ) as unknown as ExportRow)
      : row,
  ),
];

describe("a file that was changed", () => {
  const cases: [string, () => File | Promise<File>, string][] = [
    [
      "its last record left out, and the count changed",
      () => [{ ...header, count: 11 }, rows.slice(0, -1)],
      "hidden",
    ],
    ["its last three records removed", () => [{ ...header, count: 9 }, rows.slice(0, -3)], "hidden"],
    ["its last record removed", () => [header, rows.slice(0, -1)], "form"],
    ["a missing record", () => [header, rows.toSpliced(6, 1)], "form"],
    [
      "two records in another order",
      () => [header, rows.toSpliced(5, 2, ...rows.slice(5, 7).toReversed())],
      "form",
    ],
    ["a record twice", () => [{ ...header, count: 13 }, rows.toSpliced(6, 0, ...rows.slice(5, 6))], "form"],
    ["another payload", () => changed(APPROVED, "/sealed/evidence/payload/sha", "evil"), "decisions"],
    [
      "another payload and its hash",
      () => changed(APPROVED, "/sealed/evidence/payloadHash", "ab".repeat(32)),
      "decisions",
    ],
    [
      "another action",
      () => changed(APPROVED, "/sealed/evidence/signers/0/statement/action", "Nothing much"),
      "decisions",
    ],
    [
      "another reason",
      () => changed(REJECTED, "/sealed/evidence/signers/0/statement/reason", "yes"),
      "decisions",
    ],
    [
      "another vote",
      () => changed(REJECTED, "/sealed/evidence/signers/0/statement/vote", "approve"),
      "decisions",
    ],
    [
      "another outcome",
      () => changed(REJECTED, "/sealed/record/body/outcome", "approved"),
      "chain decisions places",
    ],
    ["another time", () => changed(8, "/sealed/record/at", "2026-11-01T12:20:00.000Z"), "chain places"],
    [
      "a time before the expiry",
      () => changed(8, "/sealed/record/at", "2026-11-01T12:00:30.000Z"),
      "chain decisions places",
    ],
    [
      "a signature bit",
      () => changed(APPROVED, "/sealed/evidence/signers/0/assertion/signature", flippedText),
      "decisions",
    ],
    ["another policy", () => changed(11, "/sealed/evidence/policy/stages/0/needs/0/count", 1), "decisions"],
    [
      "another passkey's key in an endorsement",
      () => changed(2, "/sealed/evidence/payload/credential/publicKey", flippedText),
      "directory decisions",
    ],
    ["another salt", () => changed(APPROVED, "/sealed/entrySalt", flippedText), "chain places"],
    ["another label", () => changed(APPROVED, "/sealed/label", "ab".repeat(32)), "places"],
    ["another use", () => changed(6, "/sealed/record/body/decided", REJECTED), "chain uses places"],
    [
      "the owner's first key",
      () => changed(0, "/sealed/record/body/genesis/publicKey", flippedText),
      "tenant chain directory decisions places",
    ],
    ["a record erased without an announcement", () => [header, erase(good, [REJECTED])], "erased"],
    ["the first record erased", () => [header, erase(good, [0])], "tenant erased log"],
    ["another stream key", () => [{ ...header, streamKey: "ab".repeat(32) }, rows], "key places"],
    ["another stream's name", () => [{ ...header, stream: "ab".repeat(32) }, rows], "tenant chain"],
    ["another log's name", () => [{ ...header, logOrigin: "other.example" }, rows], "log"],
    ["another state of the log", () => [{ ...header, logRoot: "ab".repeat(32) }, rows], "log"],
    ["a future state of the log", () => [{ ...header, logSize: 14 }, rows], "log"],
    [
      "an earlier state of the log",
      () => [{ ...header, logSize: 8, logRoot: toHex(treeRoot(good.log.leaves.slice(0, 8))) }, rows],
      "places",
    ],
  ];
  it.each(cases)("%s", async (_name, make, expected) => {
    const knowledge = await auditOptions(good);
    expect(failedChecks(await auditRows(...(await make()), knowledge))).toBe(expected);
    expect(failedChecks(await auditRows(header, rows, knowledge))).toBe("");
  });

  it("is another tenant's complete export", async () => {
    const other = await sampleHistory(staff);
    const knowledge = await auditOptionsFor(good.stream, other.log);
    expect(failedChecks(await auditRows(headerOf(other), rowsOf(other), knowledge))).toBe("tenant");
  });

  it("gets the first failure, and a count of the others of its kind", async () => {
    const body = (payload: JsonObject) => changed(APPROVED, "/sealed/evidence/payload", payload)[1];
    const twice = body({ a: 1 }).map((row, seq) =>
      seq === REJECTED ? (changed(REJECTED, "/sealed/evidence/payload", { a: 1 })[1][REJECTED] ?? row) : row,
    );
    const report = await auditRows(header, twice, await auditOptions(good));
    expect(detailOf(report, "decisions")).toMatch(
      /^Decision 5 \(approved\): the content .* and 1 more of this kind\.$/,
    );
    expect(
      (await auditExport(await openExport([]), await auditOptions(good))).checks.map(({ status }) => status),
    ).toEqual(Object.keys(AUDIT_CHECKS).map((name) => (name === "form" ? "failed" : "absent")));
  });
});

function flippedText(old: JsonValue): JsonValue {
  const text = typeof old === "string" ? old : "";
  const at = text.length - 5;
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}
