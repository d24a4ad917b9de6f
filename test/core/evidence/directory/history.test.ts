import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { compareWithHistory, historyRow, type HistoryRow } from "../../../../src/core/evidence/history.ts";
import type { Receipt } from "../../../../src/core/evidence/receipt.ts";
import { rowsOf } from "../../../support/evidence/export-file.ts";
import { createStaff, type Staff } from "../../../support/evidence/sample-company.ts";
import { APPROVED, erase, sampleHistory } from "../../../support/evidence/sample-history.ts";
import type { TestTenant } from "../../../support/evidence/sample-tenant.ts";

// What a history says about a receipt: the first thing that is wrong, and the first erased record before the decision.

const LAST = 10;
const REVOCATION = 9;
const OTHER_TENANT = "the history does not start with this organisation's first record";

let staff: Staff;
let own: TestTenant;
let other: TestTenant;
let receipt: Receipt;
beforeAll(async () => {
  staff = await createStaff();
  own = await sampleHistory(staff);
  other = await sampleHistory(staff);
  receipt = await own.receipt(LAST);
});

const erased = (...seqs: readonly number[]) => erase(own, seqs).map(historyRow);
const numbered = (rows: readonly HistoryRow[], from: number, to: number) =>
  rows.map((row) => (row.kind === "erased" && row.seq === from ? { ...row, seq: to } : row));

describe("a history", () => {
  it.each<[string, () => readonly HistoryRow[], string | undefined, number | undefined]>([
    ["that is whole", () => own.history(), undefined, undefined],
    ["with an erased use", () => erased(6), undefined, 6],
    ["with two erased records, of which the first is named", () => erased(7, 6), undefined, 6],
    ["with an erased decision", () => erased(LAST), undefined, undefined],
    ["with an erased change, which the decision names", () => erased(REVOCATION), undefined, REVOCATION],
    ["with an erased first record", () => erased(0), OTHER_TENANT, 0],
    ["of nothing", () => [], OTHER_TENANT, undefined],
    ["of another tenant", () => other.history(), OTHER_TENANT, undefined],
    [
      "that ends before the decision",
      () => own.history().slice(0, LAST),
      `the history ends before record ${LAST}; give a newer export`,
      undefined,
    ],
    [
      "with an erased record of another number",
      () => numbered(erased(6), 6, 7),
      "the history has no record 6",
      6,
    ],
    ["that lacks a record", () => own.history().toSpliced(6, 1), "the history has no record 6", undefined],
    [
      "with a record twice",
      () => own.history().toSpliced(6, 0, ...own.history().slice(5, 6)),
      "the history has no record 6",
      undefined,
    ],
  ])("%s", async (_name, make, failure, first) => {
    expect(await compareWithHistory(receipt, make())).toMatchObject({ failure, erased: first });
  });

  it("of a decision that used a passkey which was revoked before", async () => {
    const tenant = await sampleHistory(staff);
    const late = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
    expect(await compareWithHistory(late, tenant.history())).toMatchObject({
      failure: `a passkey that signed was revoked before, by record ${REVOCATION}`,
      erased: undefined,
    });
  });

  it("of a decision that belongs to another stream", async () => {
    const tenant = await sampleHistory(staff);
    const alter = (record: JsonObject) => ({ ...record, stream: "ab".repeat(32) });
    const foreign = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.dan }], alter }));
    expect((await compareWithHistory(foreign, tenant.history())).failure).toBe(
      "the history does not start with this organisation's first record",
    );
  });

  it("of a decision that used a passkey which nobody endorsed", async () => {
    const tenant = await sampleHistory(staff);
    const strange = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.zoe }] }));
    expect((await compareWithHistory(strange, tenant.history())).failure).toBe(
      "a passkey that signed is not in the history",
    );
  });
});

it("a row of a history holds no signatures of a decision, so that a long one fits in memory", () => {
  const [change, decision] = [rowsOf(own)[1], rowsOf(own)[APPROVED]];
  if (change?.kind !== "change" || decision?.kind !== "decision")
    throw new RangeError("other rows are expected");
  const { record, entrySalt, label } = decision.sealed;
  expect(historyRow(decision)).toEqual({ kind: "decision", sealed: { record, entrySalt, label } });
  expect(historyRow(change)).toBe(change);
});
