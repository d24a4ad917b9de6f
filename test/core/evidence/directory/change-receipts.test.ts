import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { CHANGES } from "../../../../src/core/stream/record.ts";
import { DEPLOY } from "../../../support/vectors/company/honest.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  statusOf,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { setDocument } from "../../../support/evidence/sample-documents.ts";
import { confirmationOf } from "../../../support/evidence/sample-history.ts";
import {
  createPerson,
  type SampleRequest,
  type TestPerson,
  type TestTenant,
} from "../../../support/evidence/sample-tenant.ts";

// Receipts of approved changes of the directory: what they prove alone, and with the tenant's history.

let staff: Staff;
/** A person with cy's id and a passkey that is not enrolled. */
let stranger: TestPerson;
beforeAll(async () => {
  staff = await createStaff();
  stranger = await createPerson("cy");
});

const document = (change: string, fields: JsonObject): JsonObject => ({
  v: 1,
  kind: "countersign/change",
  change,
  ...fields,
});
type Seal = (tenant: TestTenant, more?: Partial<SampleRequest>) => Promise<number>;
/** Seals an honest change of each kind. */
const SEALED: Readonly<Record<(typeof CHANGES)[number], Seal>> = {
  "credential.endorsed": (tenant, more) => tenant.endorse(staff.zoe, "approver", staff.bea, more),
  "credential.revoked": (tenant) => tenant.revoke(staff.cy, staff.bea),
  "role.changed": (tenant, more) => tenant.changeRole(staff.eve, "approver", staff.bea, more),
  recovered: (tenant, more) => tenant.recover(staff.cy, stranger.passkey, [staff.alex, staff.bea], more),
  "person.removed": (tenant) => tenant.remove(staff.cy, staff.bea),
  "group.changed": (tenant, more) => setDocument(tenant, "group.changed", staff.bea, more),
  "policy.changed": async (tenant, more) => {
    await setDocument(tenant, "group.changed", staff.bea);
    return setDocument(tenant, "policy.changed", staff.bea, more);
  },
  "rules.changed": async (tenant, more) => {
    for (const name of ["group.changed", "policy.changed"] as const)
      await setDocument(tenant, name, staff.bea);
    return setDocument(tenant, "rules.changed", staff.bea, more);
  },
  "template.changed": (tenant) => tenant.setTemplate("Deploy to production", DEPLOY, staff.bea),
  "key.changed": (tenant, more) => tenant.activateKey(staff.bea, more),
  "tenant.deleted": (tenant) => tenant.deleteOrganisation(staff.alex),
  revealed: async (tenant, more) => {
    const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
    const decided = { seq, commit: tenant.commitAt(seq) };
    const content = { action: "Deploy to production", payloadHash: "ab".repeat(32), shown: true };
    const confirmation = confirmationOf(tenant, seq);
    const payload = document("revealed", { confirmation, decided, ...content });
    return tenant.decide({ type: "revealed", payload, votes: [{ by: staff.bea }], ...more });
  },
};

/** The failed checks of the file alone, and with the history. */
async function verdicts(tenant: TestTenant, seq: number, bare: readonly number[] = []) {
  const { history, ...fileAlone } = fullOptions(tenant);
  const receipt = await tenant.receipt(seq, { bare });
  const alone = await verifiedReport(receipt, fileAlone);
  const compared = await verifiedReport(receipt, { ...fileAlone, history });
  expect(alone.verified).toBe(failedChecks(alone) === "");
  return [failedChecks(alone), failedChecks(compared)];
}

describe("the receipt of a change is verified", () => {
  it.each(CHANGES)("%s", async (kind) => {
    const tenant = await staff.tenant();
    const seq = await SEALED[kind](tenant);
    expect(await verdicts(tenant, seq)).toEqual(["", ""]);
    const report = await verifiedReport(await tenant.receipt(seq), fullOptions(tenant));
    expect([report.outcome, statusOf(report, "revocation"), report.receipt?.decision.record.type]).toEqual([
      "approved",
      "passed",
      kind,
    ]);
  });

  it("without the evidence of changes about people who have nothing to do with it", async () => {
    const tenant = await staff.tenant();
    const seq = await SEALED["policy.changed"](tenant);
    expect(await verdicts(tenant, seq, [2, 3, 4])).toEqual(["", ""]);
  });
});

describe("the receipt of a change is refused", () => {
  it("without the evidence of earlier changes about the same person", async () => {
    const tenant = await staff.tenant();
    const seq = await tenant.changeRole(staff.cy, "developer", staff.alex);
    expect(await verdicts(tenant, seq, [3, 4])).toEqual(["", ""]);
    expect(await verdicts(tenant, seq, [2, 3, 4])).toEqual(["endorsement outcome", "endorsement outcome"]);
  });

  const body = (change: JsonObject) => (record: JsonObject & { body: JsonObject }) => ({
    ...record,
    body: { ...record.body, ...change },
  });
  const rows: [string, (tenant: TestTenant) => Promise<number>, string][] = [
    [
      "signed by somebody who is not entitled",
      (tenant) => tenant.endorse(staff.zoe, "approver", staff.dan),
      "outcome",
    ],
    [
      "rejected",
      (tenant) =>
        SEALED["role.changed"](tenant, { outcome: "rejected", votes: [{ by: staff.bea, vote: "reject" }] }),
      "outcome",
    ],
    ["expired", (tenant) => SEALED["role.changed"](tenant, { outcome: "expired", votes: [] }), "outcome"],
    [
      "cancelled",
      (tenant) => SEALED["policy.changed"](tenant, { outcome: "cancelled", votes: [] }),
      "outcome",
    ],
    [
      "of another kind than it is sealed as",
      (tenant) => SEALED["key.changed"](tenant, { type: "revealed" }),
      "outcome",
    ],
    [
      "that states another effect",
      (tenant) =>
        SEALED["role.changed"](tenant, {
          alter: body({ change: { person: staff.eve.id, role: "developer", credential: null, revoked: [] } }),
        }),
      "outcome",
    ],
    [
      "that states another document",
      (tenant) =>
        SEALED["group.changed"](tenant, {
          alter: body({ change: { replaced: null, document: "ab".repeat(32) } }),
        }),
      "outcome",
    ],
    [
      "of a policy whose group is not there",
      (tenant) => setDocument(tenant, "policy.changed", staff.bea),
      "outcome",
    ],
    [
      "of a group that is in force already",
      async (tenant) => {
        await SEALED["group.changed"](tenant);
        return SEALED["group.changed"](tenant);
      },
      "outcome",
    ],
    [
      "of the rules for which an approver signed",
      (tenant) => setDocument(tenant, "rules.changed", staff.cy),
      "outcome",
    ],
    [
      "that is no change",
      (tenant) => tenant.decide({ type: "key.changed", votes: [{ by: staff.bea }] }),
      "outcome",
    ],
    ["of an API key for which an approver signed", (tenant) => tenant.activateKey(staff.cy), "outcome"],
    [
      "that deletes the organisation, signed by an admin",
      (tenant) => tenant.deleteOrganisation(staff.bea),
      "outcome",
    ],
    [
      "that deletes another organisation",
      (tenant) => tenant.deleteOrganisation(staff.alex, "ab".repeat(32)),
      "outcome",
    ],
    ["of an admin, removed by an approver", (tenant) => tenant.remove(staff.bea, staff.cy), "outcome"],
    [
      "of a person who is removed and keeps a passkey",
      (tenant) => tenant.remove(staff.cy, staff.bea, []),
      "outcome",
    ],
    [
      "of a person who was removed before",
      async (tenant) => {
        await tenant.remove(staff.cy, staff.bea);
        return tenant.recover(staff.cy, stranger.passkey, [staff.alex, staff.bea], { revoked: [] });
      },
      "outcome",
    ],
    ["of the only owner's only passkey", (tenant) => tenant.revoke(staff.alex, staff.alex), "outcome"],
    [
      "recovered by one where two are required",
      (tenant) => tenant.recover(staff.cy, stranger.passkey, [staff.bea]),
      "outcome",
    ],
    [
      "whose statement is about another request",
      (tenant) =>
        SEALED["policy.changed"](tenant, {
          votes: [{ by: staff.bea, statement: { confirmation: "c_other" } }],
        }),
      "statement",
    ],
  ];
  it.each(rows)("%s", async (_name, seal, failed) => {
    const tenant = await staff.tenant();
    const [alone] = await verdicts(tenant, await seal(tenant));
    expect(alone).toBe(failed);
  });
});
