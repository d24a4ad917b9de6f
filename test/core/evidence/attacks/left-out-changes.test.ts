import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import type { Receipt } from "../../../../src/core/evidence/receipt.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import {
  createPerson,
  type SampleRequest,
  type TestPerson,
  TestTenant,
} from "../../../support/evidence/sample-tenant.ts";

// A receipt or an operator that leaves out changes of the directory. The receipt alone shows a change that it should
// hold; only the history shows that the operator's records name an older state of the directory than there was.

let staff: Staff;
/** A person with cy's id and a passkey that is not enrolled. */
let stranger: TestPerson;
beforeAll(async () => {
  staff = await createStaff();
  stranger = await createPerson("cy");
});

/** The failed checks of the file alone, and with the tenant's history. */
async function verdicts(tenant: TestTenant, receipt: Receipt) {
  const { history, ...fileAlone } = fullOptions(tenant);
  const alone = await verifiedReport(receipt, fileAlone);
  const compared = await verifiedReport(receipt, { ...fileAlone, history });
  return { alone: failedChecks(alone), compared: failedChecks(compared), verified: alone.verified };
}

/** The record names the change at `seq` as the last one. */
const naming = (tenant: TestTenant, seq: number): NonNullable<SampleRequest["alter"]> => {
  const directory: JsonObject = { seq, commit: tenant.commitAt(seq) };
  return (record) => ({ ...record, body: { ...record.body, directory } });
};

describe("a receipt that leaves out", () => {
  it("the revocation of a passkey that signed is refused, as is the whole one", async () => {
    const { alex, cy } = staff;
    const tenant = await staff.tenant();
    const before = await tenant.decide({ votes: [{ by: cy }] });
    expect(await verdicts(tenant, await tenant.receipt(before))).toMatchObject({ alone: "", compared: "" });
    await tenant.revoke(cy, alex);
    const seq = await tenant.decide({ votes: [{ by: cy }] });
    expect(await verdicts(tenant, await tenant.receipt(seq))).toMatchObject({
      alone: "revocation",
      compared: "revocation history",
    });
    const without = await tenant.receipt(seq, { changes: [1, 2, 3, 4] });
    expect(await verdicts(tenant, without)).toMatchObject({
      alone: "revocation",
      compared: "revocation history",
    });
  });

  it("the endorsement of an admin who endorsed others is refused", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ votes: [{ by: staff.alex }] });
    const { alone } = await verdicts(tenant, await tenant.receipt(seq, { changes: [2, 3, 4] }));
    expect(alone).toBe("endorsement revocation");
  });

  it.each([
    ["a change about somebody else", [1, 2, 4]],
    ["the last change", [1, 2, 3]],
    ["every change but those of the signer", [1, 2]],
  ])("%s is refused", async (_name, changes) => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ votes: [{ by: staff.alex }] });
    expect((await verdicts(tenant, await tenant.receipt(seq))).verified).toBe(true);
    expect(await verdicts(tenant, await tenant.receipt(seq, { changes }))).toEqual({
      alone: "revocation",
      compared: "revocation",
      verified: false,
    });
  });

  it("an admin who should also have signed a recovery is refused", async () => {
    const { alex, zoe } = staff;
    const tenant = await staff.tenant();
    const endorsed = await tenant.endorse(zoe, "approver", alex);
    const recovery = await tenant.recover(zoe, stranger.passkey, [alex]);
    const seq = await tenant.decide({ votes: [{ by: zoe, passkey: stranger.passkey }] });
    expect((await verdicts(tenant, await tenant.receipt(seq))).alone).toBe(
      "signature credential endorsement",
    );
    const without = await tenant.receipt(seq, { changes: [endorsed, recovery] });
    expect(await verdicts(tenant, without)).toMatchObject({
      alone: "revocation",
      compared: "revocation history",
    });
  });

  it("who signed a change is accepted only for people who have nothing to do with the decision", async () => {
    const { cy, dan, bea } = staff;
    const tenant = await staff.tenant();
    await tenant.revoke(dan, bea);
    const seq = await tenant.decide({ votes: [{ by: cy }] });
    const table: [string, number[], string][] = [
      ["an approver who did not sign, and an auditor", [3, 4], ""],
      ["the end of the approver's passkey", [3, 4, 5], ""],
      ["an admin", [1], "signature credential endorsement"],
      ["the signer", [2], "signature credential endorsement"],
    ];
    for (const [name, bare, expected] of table) {
      const { alone } = await verdicts(tenant, await tenant.receipt(seq, { bare }));
      expect([name, alone]).toEqual([name, expected]);
    }
  });
});

describe("who signed a change is needed, though the person of the change signed no decision, if the person", () => {
  const rows: readonly [name: string, seal: (own: TestTenant) => Promise<number>, bare: number][] = [
    [
      "became an admin later",
      async (own) => {
        await own.changeRole(staff.dan, "admin", staff.alex);
        return own.changeRole(staff.dan, "approver", staff.alex);
      },
      3,
    ],
    [
      "signed another change",
      (own) => own.endorse(staff.dan, "approver", staff.dan, {}, stranger.passkey),
      3,
    ],
  ];
  it.each(rows)("%s", async (_name, seal, bare) => {
    const tenant = await staff.tenant();
    await seal(tenant);
    const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
    expect((await verdicts(tenant, await tenant.receipt(seq))).alone).toBe("");
    expect((await verdicts(tenant, await tenant.receipt(seq, { bare: [bare] }))).alone).toBe("endorsement");
  });

  it("is the owner of the first record, even if nobody signed the decision", async () => {
    const { alex, cy, log } = staff;
    const tenant = new TestTenant(log, alex);
    const endorsed = await tenant.endorse(cy, "approver", alex);
    const first = await tenant.decide({ outcome: "expired", votes: [] });
    const unrelated = await tenant.receipt(first, { bare: [endorsed] });
    expect(await verdicts(tenant, unrelated)).toMatchObject({ alone: "", verified: true });
    const changed = await tenant.changeRole(alex, "approver", alex);
    const seq = await tenant.decide({ outcome: "expired", votes: [] });
    const bare = await tenant.receipt(seq, { bare: [endorsed, changed] });
    expect((await verdicts(tenant, bare)).alone).toBe("endorsement");
  });

  it("is the one whom the decided change is about", async () => {
    const tenant = await staff.tenant();
    const changed = await tenant.changeRole(staff.dan, "developer", staff.bea);
    expect((await verdicts(tenant, await tenant.receipt(changed))).alone).toBe("");
    const bare = await tenant.receipt(changed, { bare: [3] });
    expect((await verdicts(tenant, bare)).alone).toBe("endorsement outcome");
    const unrelated = await tenant.receipt(changed, { bare: [2, 4] });
    expect((await verdicts(tenant, unrelated)).alone).toBe("");
  });
});

describe("an operator whose records name an older state of the directory than there was", () => {
  it("hides a revocation from the receipt, but not from the history and the audit", async () => {
    const { alex, cy } = staff;
    const tenant = await staff.tenant();
    const last = 4;
    await tenant.revoke(cy, alex);
    const seq = await tenant.decide({ votes: [{ by: cy }], alter: naming(tenant, last) });
    const receipt = await tenant.receipt(seq, { changes: [1, 2, 3, last] });
    expect(await verdicts(tenant, receipt)).toEqual({ alone: "", compared: "history", verified: true });
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });

  it("hides an admin who should also have signed a recovery, but not from the history and the audit", async () => {
    const { alex, zoe } = staff;
    const tenant = await staff.tenant();
    const endorsed = await tenant.endorse(zoe, "approver", alex, { alter: naming(tenant, 0) });
    const recovery = await tenant.recover(zoe, stranger.passkey, [alex]);
    const seq = await tenant.decide({ votes: [{ by: zoe, passkey: stranger.passkey }] });
    const receipt = await tenant.receipt(seq, { changes: [endorsed, recovery] });
    expect(await verdicts(tenant, receipt)).toEqual({ alone: "", compared: "history", verified: true });
    expect(failedAuditChecks(await auditOf(tenant))).toBe("directory decisions");
  });

  it("names a state from before the endorsement of a passkey that signed", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ votes: [{ by: staff.cy }], alter: naming(tenant, 0) });
    const receipt = await tenant.receipt(seq);
    expect((await verdicts(tenant, receipt)).alone).toBe("revocation order");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });

  it("names the last change by another commit", async () => {
    const { cy } = staff;
    const tenant = await staff.tenant();
    const alter: SampleRequest["alter"] = (record) => ({
      ...record,
      body: { ...record.body, directory: { seq: 4, commit: tenant.commitAt(3) } },
    });
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: cy }], alter }));
    expect(await verdicts(tenant, receipt)).toMatchObject({ alone: "order", compared: "order history" });
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });
});

it("a passkey that is endorsed after the decision cannot have signed it", async () => {
  const { zoe, bea } = staff;
  const tenant = await staff.tenant();
  const seq = await tenant.decide({ votes: [{ by: zoe }] });
  const later = await tenant.endorse(zoe, "approver", bea);
  const receipt = await tenant.receipt(seq, { changes: [1, 2, 3, 4, later] });
  expect(await verdicts(tenant, receipt)).toMatchObject({
    alone: "revocation order",
    compared: "revocation order history",
  });
});

it("the lost passkey does not decide after a recovery", async () => {
  const { alex, bea, cy } = staff;
  const tenant = await staff.tenant();
  await tenant.recover(cy, stranger.passkey, [alex, bea]);
  const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: cy }] }));
  expect(await verdicts(tenant, receipt)).toMatchObject({
    alone: "revocation",
    compared: "revocation history",
  });
  const { history: _history, ...fileAlone } = fullOptions(tenant);
  expect(statusOf(await verifiedReport(receipt, fileAlone), "credential")).toBe("passed");
});
