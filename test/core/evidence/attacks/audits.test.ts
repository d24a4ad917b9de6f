import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { headerOf, rowsOf } from "../../../support/evidence/export-file.ts";
import { createAuthenticator } from "../../../support/authenticator.ts";
import { DEPLOY } from "../../../support/vectors/company/honest.ts";
import { createStaff, type Staff } from "../../../support/evidence/sample-company.ts";
import { RP, type TestTenant } from "../../../support/evidence/sample-tenant.ts";
import {
  APPROVED,
  REJECTED,
  sampleHistory,
  confirmationOf,
  auditOptions,
  auditRows,
  auditOf,
  failedChecks,
  detailOf,
  erase,
} from "../../../support/evidence/sample-history.ts";

// An auditor against an operator who can seal and export any records. Each row is an attack and the checks that
// catch it. The same test accepts the honest export.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

describe("what an operator seals", () => {
  type Attack = (own: TestTenant) => unknown;
  const body = (change: JsonObject) => (record: JsonObject & { body: JsonObject }) => ({
    ...record,
    body: { ...record.body, ...change },
  });
  const cases: [string, Attack, string][] = [
    ["an approval without signatures", (own) => own.decide({ votes: [] }), "decisions"],
    [
      "one signature where two are required",
      (own) => own.decide({ policy: staff.twoOfThree(), votes: [{ by: staff.dan }] }),
      "decisions",
    ],
    ["a signature with a revoked passkey", (own) => own.decide({ votes: [{ by: staff.cy }] }), "decisions"],
    ["a passkey that nobody endorsed", (own) => own.decide({ votes: [{ by: staff.zoe }] }), "decisions"],
    ["an endorsement by an approver", (own) => own.endorse(staff.zoe, "approver", staff.dan), "directory"],
    ["a role that nobody approved", (own) => own.changeRole(staff.dan, "admin", staff.dan), "directory"],
    [
      "a revocation of the only owner's only passkey",
      (own) => own.revoke(staff.alex, staff.alex),
      "directory",
    ],
    [
      "an endorsement by a revoked admin",
      async (own) => {
        await own.revoke(staff.bea, staff.alex);
        await own.endorse(staff.zoe, "approver", staff.bea);
      },
      "directory",
    ],
    [
      "one request decided twice",
      (own) =>
        own.decide({
          outcome: "expired",
          votes: [],
          alter: body({ confirmation: confirmationOf(own, APPROVED) }),
        }),
      "decisions",
    ],
    [
      "a template of the operator's own",
      (own) => own.decide({ template: DEPLOY, votes: [{ by: staff.dan }] }),
      "decisions",
    ],
    [
      "a template that people sign only later",
      async (own) => {
        await own.decide({ template: DEPLOY, votes: [{ by: staff.dan }] });
        await own.setTemplate(DEPLOY.action, DEPLOY, staff.bea);
      },
      "decisions",
    ],
    [
      "nothing: a template that was replaced while its request was open",
      async (own) => {
        await own.setTemplate(DEPLOY.action, DEPLOY, staff.bea);
        await own.setTemplate(DEPLOY.action, null, staff.bea);
        await own.decide({ template: DEPLOY, votes: [{ by: staff.dan }] });
      },
      "",
    ],
    [
      "a template that an approver signed",
      (own) => own.setTemplate(DEPLOY.action, DEPLOY, staff.dan),
      "directory",
    ],
    [
      "a template under the name of another action",
      (own) => own.setTemplate("Pay an invoice", DEPLOY, staff.bea),
      "directory",
    ],
    [
      "a template that can't be read",
      (own) => own.setTemplate(DEPLOY.action, { ...DEPLOY, sentence: "Deploy {service" }, staff.bea),
      "directory",
    ],
    ["an API key for which an approver signed", (own) => own.activateKey(staff.dan), "directory"],
    ["a deletion that an admin signed", (own) => own.deleteOrganisation(staff.bea), "directory"],
    [
      "a deletion of another organisation",
      (own) => own.deleteOrganisation(staff.alex, "ab".repeat(32)),
      "directory",
    ],
    ["nothing: the deletion of the organisation", (own) => own.deleteOrganisation(staff.alex), ""],
    [
      "a decision after the deletion of the organisation",
      async (own) => {
        await own.deleteOrganisation(staff.alex);
        await own.decide({ votes: [{ by: staff.dan }] });
      },
      "chain",
    ],
    [
      "a use of a rejected request",
      (own) =>
        own.sealUnsigned("consumed", { confirmation: confirmationOf(own, REJECTED), decided: REJECTED }),
      "uses",
    ],
    [
      "a use of an unknown request",
      (own) => own.sealUnsigned("consumed", { confirmation: "c_none", decided: REJECTED }),
      "uses",
    ],
    [
      "a second use",
      (own) =>
        own.sealUnsigned("consumed", { confirmation: confirmationOf(own, APPROVED), decided: APPROVED }),
      "uses",
    ],
    [
      "a use after the time in which the approval could be used",
      async (own) => {
        const approved = await own.decide({ executeWithinSeconds: 1, votes: [{ by: staff.dan }] });
        await own.decide({ votes: [{ by: staff.dan }] });
        own.sealUnsigned("consumed", { confirmation: confirmationOf(own, approved), decided: approved });
      },
      "uses",
    ],
    [
      "a use of a change",
      (own) => own.sealUnsigned("consumed", { confirmation: confirmationOf(own, 2), decided: 2 }),
      "uses",
    ],
    [
      "a use before the approval",
      (own) => own.sealUnsigned("consumed", { confirmation: "c_later", decided: 99 }),
      "uses",
    ],
    [
      "a backdated record",
      (own) =>
        own.decide({
          outcome: "expired",
          votes: [],
          alter: (record) => ({ ...record, at: "2026-10-01T12:00:00.000Z" }),
        }),
      "time decisions",
    ],
    [
      "a record dated before another one, but not before one that it relies on",
      async (own) => {
        await own.decide({ outcome: "expired", votes: [] });
        await own.decide({
          outcome: "cancelled",
          votes: [],
          alter: (record) => ({ ...record, at: "2026-11-01T12:20:00.000Z" }),
        });
      },
      "time",
    ],
    [
      "a record of another stream",
      (own) =>
        own.decide({
          outcome: "expired",
          votes: [],
          alter: (record) => ({ ...record, stream: "ab".repeat(32) }),
        }),
      "chain",
    ],
    [
      "a record that follows another one",
      (own) =>
        own.decide({
          outcome: "expired",
          votes: [],
          alter: (record) => ({ ...record, prev: own.commitAt(3) }),
        }),
      "chain",
    ],
    [
      "a decision that ignores a revocation",
      (own) =>
        own.decide({
          votes: [{ by: staff.dan }],
          alter: body({ directory: { seq: 4, commit: own.commitAt(4) } }),
        }),
      "decisions",
    ],
    [
      "a directory state that does not exist",
      (own) =>
        own.decide({
          votes: [{ by: staff.dan }],
          alter: body({ directory: { seq: 9, commit: "ab".repeat(32) } }),
        }),
      "decisions",
    ],
    [
      "a second first record",
      (own) => {
        const { body: genesis = {} } = own.records[0]?.sealed.record ?? {};
        own.sealUnsigned("consumed", {}, (record) => ({ ...record, type: "stream.created", body: genesis }));
      },
      "chain",
    ],
    [
      "an erasure of future records",
      (own) => own.sealUnsigned("erased", { rule: "x", spans: [{ from: 12, to: 99 }] }),
      "",
    ],
  ];
  it.each(cases)("%s", async (_name, attack, expected) => {
    const own = await sampleHistory(staff);
    expect(failedChecks(await auditOf(own))).toBe("");
    await attack(own);
    expect(failedChecks(await auditOf(own))).toBe(expected);
  });

  it("a record after the deletion, which the export leaves out", async () => {
    const own = await sampleHistory(staff);
    await own.deleteOrganisation(staff.alex);
    const exported = [headerOf(own), rowsOf(own)] as const;
    expect(failedChecks(await auditRows(...exported, await auditOptions(own)))).toBe("");
    await own.decide({ votes: [{ by: staff.dan }] });
    expect(failedChecks(await auditRows(...exported, await auditOptions(own)))).toBe("hidden");
  });

  it("an erasure of two records that announces only one", async () => {
    const own = await sampleHistory(staff);
    own.sealUnsigned("erased", { rule: "x", spans: [{ from: REJECTED, to: REJECTED }] });
    const two = erase(own, [REJECTED, REJECTED + 1]);
    const report = await auditRows(headerOf(own), two, await auditOptions(own));
    expect([failedChecks(report), detailOf(report, "erased")]).toEqual([
      "erased",
      expect.stringContaining("ecord 8 is erased"),
    ]);
    const one = await auditRows(headerOf(own), erase(own, [REJECTED]), await auditOptions(own));
    expect(failedChecks(one)).toBe("");
  });

  it("an erasure that hides a revocation: the decisions after it still name the revocation", async () => {
    const own = await sampleHistory(staff);
    own.sealUnsigned("erased", { rule: "x", spans: [{ from: 9, to: 9 }] });
    const report = await auditRows(headerOf(own), erase(own, [9]), await auditOptions(own));
    expect(failedChecks(report)).toBe("directory");
    expect(detailOf(report, "directory")).toContain("names record 9");
  });
});

describe("a reveal", () => {
  const reveal = async (own: TestTenant, of: JsonObject) => {
    const decided = { seq: APPROVED, commit: own.commitAt(APPROVED) };
    const change = { v: 1, kind: "countersign/change", change: "revealed", shown: true };
    const confirmation = confirmationOf(own, APPROVED);
    const content = { action: "Deploy to production", payloadHash: "ab".repeat(32) };
    const payload = { ...change, ...content, confirmation, decided, ...of };
    await own.decide({ type: "revealed", action: "Publish", payload, votes: [{ by: staff.bea }] });
    await own.decide({ votes: [{ by: staff.dan }] });
    return failedChecks(await auditOf(own));
  };

  it.each([
    ["of a decision of this tenant", () => ({}), ""],
    ["of another request", () => ({ confirmation: "c_other" }), "directory"],
    [
      "of another record",
      (own: TestTenant) => ({ decided: { seq: REJECTED, commit: own.commitAt(REJECTED) } }),
      "directory",
    ],
    [
      "of a record that does not exist",
      () => ({ decided: { seq: APPROVED, commit: "ab".repeat(32) } }),
      "directory",
    ],
  ])("%s", async (_name, of, expected) => {
    const own = await sampleHistory(staff);
    expect(await reveal(own, of(own))).toBe(expected);
  });
});

describe("a recovery", () => {
  it.each([
    ["by two managers", () => [staff.alex, staff.bea], ""],
    ["by one of them", () => [staff.bea], "directory decisions"],
    ["by the person alone", () => [staff.dan], "directory decisions"],
  ])("%s", async (_name, signers, expected) => {
    const own = await sampleHistory(staff);
    const passkey = await createAuthenticator({ rpId: new URL(RP).hostname, origin: RP });
    await own.recover(staff.dan, passkey, signers());
    await own.decide({ votes: [{ by: staff.dan, passkey }] });
    expect(failedChecks(await auditOf(own))).toBe(expected);
  });
});
