import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import {
  RECEIPT_MAX_CHANGES,
  type DirectoryLink,
  type Receipt,
} from "../../../../src/core/evidence/receipt.ts";
import { commitOf } from "../../../../src/core/evidence/directory-replay.ts";
import {
  createStaff,
  failedChecks,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// The links of the directory, which should be a chain from the decision down to record 0, as circles, lists in
// another order and strangers.

type Links = readonly DirectoryLink[];

let staff: Staff;
let tenant: TestTenant;
let seq: number;
let good: Receipt;
/** A change after the decision. */
let later: DirectoryLink;
/** The changes of another tenant. */
let others: Links;
beforeAll(async () => {
  staff = await createStaff();
  tenant = await staff.tenant();
  const other = await staff.tenant();
  seq = await tenant.decide({ votes: [{ by: staff.cy }] });
  const after = await tenant.changeRole(staff.dan, "developer", staff.alex);
  good = await tenant.receipt(seq);
  [later] = (await tenant.receipt(seq, { changes: [after] })).directory as [DirectoryLink];
  others = (await other.receipt(await other.decide({ votes: [{ by: staff.cy }] }))).directory;
});

async function verdict(of: TestTenant, receipt: Receipt): Promise<string> {
  const report = await verifiedReport(receipt, { tenant: of.stream, trust: of.log.trust(3) });
  const failed = failedChecks(report);
  expect(report.verified).toBe(failed === "" && report.missing.length === 0);
  return failed;
}

/** The link names this record as the last change before it. */
function naming(link: DirectoryLink | undefined, named: number, commit: string): DirectoryLink {
  if (link === undefined) throw new RangeError("no such link");
  const body = { ...link.record.body, directory: { seq: named, commit } };
  return { ...link, record: { ...link.record, body } as DirectoryLink["record"] };
}

describe("a file whose links are", () => {
  const rows: readonly (readonly [what: string, links: (honest: Links) => Links, failed: string])[] = [
    ["in order", (links) => links, ""],
    ["reversed", (links) => links.toReversed(), "signature credential endorsement revocation order"],
    ["given twice", (links) => [...links, ...links], "endorsement revocation order"],
    [
      "each given twice in a row",
      (links) => links.flatMap((link) => [link, link]),
      "signature credential endorsement revocation order",
    ],
    [
      "the first one alone, 1,000 times",
      ([first]) => Array.from({ length: 1_000 }, () => ({ ...first, evidence: null }) as DirectoryLink),
      "signature credential endorsement order",
    ],
    ["those of another tenant", () => others, "signature credential endorsement order"],
    [
      "its own, with one of another tenant",
      (links) => links.with(3, others[3] as DirectoryLink),
      "endorsement order",
    ],
    ["its own, and a change of the future", (links) => [...links, later], "revocation order"],
    [
      "a circle: the first one names the second one",
      (links) => links.with(0, naming(links[0], 2, linkCommit(links[1]))),
      "signature credential endorsement revocation order",
    ],
    [
      "a circle of the last two",
      (links) => links.with(2, naming(links[2], 4, linkCommit(links[3]))),
      "endorsement revocation order",
    ],
    [
      "a link that names itself",
      (links) => links.with(3, naming(links[3], 4, linkCommit(links[3]))),
      "endorsement revocation order",
    ],
    [
      "a link that names the decision",
      (links) => links.with(3, naming(links[3], 5, commitOf(good.decision))),
      "endorsement revocation order",
    ],
    [
      "a link that names a record that can't exist",
      (links) => links.with(3, naming(links[3], Number.MAX_SAFE_INTEGER, "00".repeat(32))),
      "endorsement revocation order",
    ],
    [
      "links that all name record 0",
      (links) => links.map((link) => naming(link, 0, commitOf(good.created))),
      "signature credential endorsement revocation order",
    ],
  ];
  it.each(rows)("%s", async (_what, links, failed) => {
    expect(await verdict(tenant, { ...good, directory: links(good.directory) })).toBe(failed);
  });
});

const linkCommit = (link: DirectoryLink | undefined) => (link === undefined ? "" : commitOf(link));

describe("a stream in which the operator sealed", () => {
  const directory = (named: number, commit: string): NonNullable<SampleRequest["alter"]> => {
    const value: JsonObject = { seq: named, commit };
    return (record) => ({ ...record, body: { ...record.body, directory: value } });
  };
  const rows: readonly (readonly [
    what: string,
    alter: (own: TestTenant) => NonNullable<SampleRequest["alter"]>,
    failed: string,
  ])[] = [
    ["an honest change", (own) => directory(4, own.commitAt(4)), ""],
    ["a change that names itself", () => directory(5, "00".repeat(32)), "endorsement revocation order"],
    [
      "a change that names the decision after it",
      () => directory(6, "00".repeat(32)),
      "endorsement revocation order",
    ],
    [
      "a change that names a record far in the future",
      () => directory(2 ** 53 - 1, "00".repeat(32)),
      "endorsement revocation",
    ],
    ["a change that names record 0 again", (own) => directory(0, own.commitAt(0)), "revocation"],
    [
      "a change that names the one before with another commitment",
      (own) => directory(4, own.commitAt(3)),
      "order",
    ],
  ];
  it.each(rows)("%s", async (_what, alter, failed) => {
    const own = await staff.tenant();
    await own.changeRole(staff.dan, "developer", staff.alex, { alter: alter(own) });
    const receipt = await own.receipt(await own.decide({ votes: [{ by: staff.cy }] }));
    expect(await verdict(own, receipt)).toBe(failed);
    expect(failedAuditChecks(await auditOf(own))).toBe(failed === "" ? "" : "directory");
  });
});

describe("the receipt of a change", () => {
  it("whose links contain that same change is refused", async () => {
    const own = await staff.tenant();
    const change = await own.changeRole(staff.dan, "developer", staff.alex);
    const next = await own.changeRole(staff.dan, "approver", staff.alex);
    const receipt = await own.receipt(change);
    expect(await verdict(own, receipt)).toBe("");
    const itself = (await own.receipt(next)).directory[4] as DirectoryLink;
    const links = receipt.directory;
    expect(await verdict(own, { ...receipt, directory: [...links, itself] })).toBe(
      "endorsement revocation order",
    );
    expect(await verdict(own, { ...receipt, directory: [...links, { ...itself, evidence: null }] })).toBe(
      "endorsement revocation order",
    );
    expect(await verdict(own, { ...receipt, directory: links.with(3, itself) })).toBe(
      "endorsement revocation order",
    );
  });

  it("that names itself as the change before it is refused", async () => {
    const own = await staff.tenant();
    const body = { directory: { seq: 5, commit: "00".repeat(32) } };
    const change = await own.changeRole(staff.dan, "developer", staff.alex, {
      alter: (record) => ({ ...record, body: { ...record.body, ...body } }),
    });
    expect(await verdict(own, await own.receipt(change))).toBe("revocation order");
  });
});

describe("record 0 as the decision", () => {
  it("is not a receipt", async () => {
    const { record, entrySalt } = good.created;
    const decision = { ...good.decision, record, entrySalt } as unknown as Receipt["decision"];
    expect(await verdict(tenant, { ...good, decision })).toBe("form");
    expect(await verdict(tenant, { ...good, decision, directory: [] })).toBe("form");
  });
});

describe("a receipt with as many links as possible", () => {
  /** Every change but the fifth one, or the one before the decision: one more than a receipt holds. */
  let long: TestTenant;
  let last: number;
  beforeAll(async () => {
    long = await staff.tenant();
    while (long.records.length <= RECEIPT_MAX_CHANGES + 1)
      await long.setTemplate("Deploy to production", null, staff.bea);
    last = await long.decide({ votes: [{ by: staff.cy }] });
  }, 60_000);
  const all = () => Array.from({ length: last - 1 }, (_none, place) => place + 1);

  const rows: readonly (readonly [
    what: string,
    left: (every: readonly number[]) => readonly number[],
    failed: string,
    missing: string,
  ])[] = [
    ["1,001 of them", (every) => every, "form", ""],
    ["1,000 of them, without one of the middle", (every) => every.toSpliced(500, 1), "", "revocation"],
    ["1,000 of them, without the last one", (every) => every.slice(0, -1), "", "revocation"],
    ["999 of them, without one of the middle", (every) => every.toSpliced(500, 2), "revocation", ""],
    [
      "1,000 of them, one of them twice",
      (every) => every.toSpliced(500, 2, 500),
      "endorsement order",
      "revocation",
    ],
  ];
  it.each(rows)("%s", async (_what, left, failed, missing) => {
    const changes = left(all());
    const receipt = await long.receipt(last, { changes, bare: all().slice(4) });
    const report = await verifiedReport(receipt, { tenant: long.stream, trust: long.log.trust(3) });
    expect([report.verified, failedChecks(report), report.missing.join(" ")]).toEqual([
      false,
      failed,
      missing,
    ]);
  });
});
