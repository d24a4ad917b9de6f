import { beforeAll, describe, expect, it } from "vitest";
import { POLICY_MAX_SEATS } from "../../../../src/core/policy/policy.ts";
import type { JsonObject, JsonValue } from "../../../../src/core/encoding/strict-json.ts";
import { canonicalBytes } from "../../../../src/core/encoding/jcs.ts";
import { encodeRow, parseRow, type ExportRow } from "../../../../src/core/evidence/export.ts";
import { verifyReceipt } from "../../../../src/core/evidence/verify.ts";
import { SIGNATURES_MAX } from "../../../../src/core/stream/record.ts";
import { editJson } from "../../../support/evidence/edit-json.ts";
import { headerOf, rowsOf } from "../../../support/evidence/export-file.ts";
import { createStaff, failedChecks, type Staff } from "../../../support/evidence/sample-company.ts";
import {
  auditOf,
  auditOptions,
  auditRows,
  failedChecks as failedAuditChecks,
} from "../../../support/evidence/sample-history.ts";
import {
  allOf,
  createPerson,
  TestTenant,
  type SampleRequest,
  type TestPerson,
} from "../../../support/evidence/sample-tenant.ts";

// How many people sign one record, how often, and in which order.

const SIGNERS = "/decision/evidence/signers";
const SIGNATURES = "/decision/record/body/signatures";
type List = readonly JsonValue[];

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

async function verdict(tenant: TestTenant, receipt: JsonValue): Promise<string> {
  const options = { tenant: tenant.stream, trust: tenant.log.trust(3) };
  const report = await verifyReceipt(canonicalBytes(receipt), options);
  const failed = failedChecks(report);
  expect(report.verified).toBe(failed === "");
  return failed;
}

const rowOf = (tenant: TestTenant, seq: number) => rowsOf(tenant)[seq] as ExportRow & JsonObject;
const inRow = (pointer: string) => pointer.replace("/decision", "/sealed");

describe("the same list of signers", () => {
  const quorum = () => ({ policy: staff.twoOfThree(), votes: [{ by: staff.cy }, { by: staff.dan }] });
  const twice = (list: List) => [list[0] ?? null, list[0] ?? null];
  /** The record's list as `edit` changes it. */
  const sealed =
    (edit: (list: List) => List): NonNullable<SampleRequest["alter"]> =>
    (record) =>
      editJson(record, "/body/signatures", (list) => edit(list as List)) as typeof record;
  const reversed = (list: List) => list.toReversed();
  const same = (list: List) => list;

  const rows: readonly (readonly [
    what: string,
    record: (list: List) => List,
    file: (list: List) => List,
    failed: string,
  ])[] = [
    ["in the same order", same, same, ""],
    ["reversed in the file", same, reversed, "statement signature"],
    ["reversed in the record", reversed, same, "statement signature"],
    ["reversed in both", reversed, reversed, ""],
    ["with the first one twice in the file", same, twice, "statement signature outcome"],
    ["with the first one twice in the record", twice, same, "statement signature"],
    ["with the first one twice in both", twice, twice, "outcome"],
  ];
  it.each(rows)("%s", async (_what, record, file, failed) => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ ...quorum(), alter: sealed(record) });
    const inFile = (list: JsonValue) => file(list as List);
    expect(await verdict(tenant, editJson(await tenant.receipt(seq), SIGNERS, inFile))).toBe(failed);
    const rows = rowsOf(tenant).with(seq, editJson(rowOf(tenant, seq), inRow(SIGNERS), inFile) as ExportRow);
    const audit = await auditRows(headerOf(tenant), rows, await auditOptions(tenant));
    expect(failedAuditChecks(audit)).toBe(failed === "" ? "" : "decisions");
  });
});

describe("a record with as many signatures as possible", () => {
  let people: readonly TestPerson[];
  let tenant: TestTenant;
  let seq: number;
  beforeAll(async () => {
    people = await Promise.all(
      Array.from({ length: SIGNATURES_MAX }, (_none, place) => createPerson(`approver-${place}`)),
    );
    tenant = new TestTenant(staff.log, staff.alex);
    for (const person of people) await tenant.endorse(person, "approver", staff.alex);
    seq = await tenant.decide({ policy: allOf(people), votes: people.map((by) => ({ by })) });
  });

  it("is accepted", async () => {
    expect([SIGNATURES_MAX, POLICY_MAX_SEATS]).toEqual([64, 64]);
    expect(await verdict(tenant, await tenant.receipt(seq))).toBe("");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("");
  });

  it.each([
    ["one signature more", 65],
    ["a thousand", 1_000],
  ])("%s is not a receipt and not a row of an export", async (_what, count) => {
    const many = (list: JsonValue) =>
      Array.from({ length: count }, (_none, place) => (list as List)[place % 64] ?? null);
    const receipt = await tenant.receipt(seq);
    const row = rowOf(tenant, seq);
    for (const list of [SIGNERS, SIGNATURES]) {
      expect(await verdict(tenant, editJson(receipt, list, many))).toBe("form");
      const refused = parseRow(encodeRow(editJson(row, inRow(list), many) as ExportRow).slice(0, -1));
      expect(refused).toMatchObject({ ok: false, refusal: { at: expect.stringContaining(inRow(list)) } });
    }
    expect(parseRow(encodeRow(row).slice(0, -1)).ok).toBe(true);
  });

  it.each([
    ["one of them twice instead of another", (list: List) => [...list.slice(0, -1), list[0] ?? null]],
    ["one person 64 times", (list: List) => list.map(() => list[0] ?? null)],
  ])("%s is refused", async (_what, edit) => {
    const votes = people.map((by) => ({ by }));
    const own = await tenant.decide({
      policy: allOf(people),
      votes,
      alter: (record) => editJson(record, "/body/signatures", (list) => edit(list as List)) as typeof record,
    });
    const receipt = await tenant.receipt(own);
    expect(
      await verdict(
        tenant,
        editJson(receipt, SIGNERS, (list) => edit(list as List)),
      ),
    ).toBe("outcome");
  });
});
