import { beforeAll, describe, expect, it } from "vitest";
import type { Statement } from "../../../../src/core/confirmation/statement.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import type { Receipt } from "../../../../src/core/evidence/receipt.ts";
import type { Lies } from "../../../support/authenticator.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import type { SampleRequest, TestTenant } from "../../../support/evidence/sample-tenant.ts";

// Signed records that are right but for one field. No other check covers for the one under test, so that a verifier
// without it would accept the record.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

async function receiptFailures(tenant: TestTenant, receipt: Receipt): Promise<string> {
  const { history: _history, ...fileAlone } = fullOptions(tenant);
  const report = await verifiedReport(receipt, fileAlone);
  expect(report.verified).toBe(failedChecks(report) === "");
  return failedChecks(report);
}

type Alter = NonNullable<SampleRequest["alter"]>;

interface Field {
  readonly field: string;
  readonly statement: Partial<Statement>;
  readonly lies?: Lies;
}
const OTHER_SITE = { origin: "https://other.example", rpId: "other.example" };

/** Fields that every statement shares with the record. */
const RECORD_FIELDS: readonly Field[] = [
  { field: "tenant", statement: { tenant: { id: "00".repeat(32), name: "Acme" } } },
  { field: "confirmation", statement: { confirmation: "c_other" } },
  {
    field: "site, where the signature was made, too",
    statement: { rp: OTHER_SITE.origin },
    lies: OTHER_SITE,
  },
  { field: "policy", statement: { policyHash: "ab".repeat(32) } },
  { field: "expiry", statement: { expires: "2026-11-02T12:00:00.000Z" } },
];

describe("a statement that names another", () => {
  it.each(RECORD_FIELDS)("$field, of a decision", async ({ statement, lies = {} }) => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ votes: [{ by: staff.cy, statement, lies }] });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("statement");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });

  it.each(RECORD_FIELDS)("$field, of a change of the directory", async ({ statement, lies = {} }) => {
    const tenant = await staff.tenant();
    const votes = [{ by: staff.bea, statement, lies }];
    await tenant.endorse(staff.zoe, "approver", staff.bea, { votes });
    const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("endorsement");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("directory");
  });

  /** Fields that two statements of one request share. */
  const SHARED_FIELDS: readonly [field: string, statement: (stream: string) => Partial<Statement>][] = [
    ["name of the tenant", (id) => ({ tenant: { id, name: "Acne" } })],
    ["project", () => ({ project: { id: "p_other", name: "Default", mode: "live" } })],
    ["action", () => ({ action: "Nothing much" })],
    ["requester", () => ({ requester: { kind: "key", id: "k_2", name: "ci", person: null } })],
    ["time of the request", () => ({ created: "2026-11-01T12:00:00.000Z" })],
    ["time to use the approval", () => ({ executeWithinSeconds: 60 })],
  ];
  it.each(SHARED_FIELDS)("%s than the other statement", async (_name, statementIn) => {
    const tenant = await staff.tenant();
    const { cy, dan, twoOfThree } = staff;
    const statement = statementIn(tenant.stream);
    const votes = [{ by: cy }, { by: dan, statement }];
    const seq = await tenant.decide({ policy: twoOfThree(), votes });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("statement");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });

  it.each([
    ["user name", () => ({ id: staff.cy.id, username: "dan" })],
    ["id", () => ({ id: staff.dan.id, username: "cy" })],
  ])("%s of the signer", async (_name, approver) => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({
      votes: [{ by: staff.cy, statement: { approver: approver() } }],
    });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("credential");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });
});

describe("a record that seals another", () => {
  const sealed =
    (change: JsonObject): Alter =>
    (record) => {
      const [signature, ...others] = record.body["signatures"] as JsonObject[];
      const signatures = [{ ...signature, ...change }, ...others];
      return { ...record, body: { ...record.body, signatures } };
    };
  it.each([
    ["nonce", { nonce: "ab".repeat(32) }, "statement"],
    ["hash of the signature", { assertionHash: "ab".repeat(32) }, "signature"],
    ["passkey", { credential: "AQID" }, "signature"],
  ])("%s than the file holds", async (_name, change, expected) => {
    const tenant = await staff.tenant();
    const seq = await tenant.decide({ votes: [{ by: staff.cy }], alter: sealed(change) });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe(expected);
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });

  it("passkey of the same person", async () => {
    const tenant = await staff.tenant();
    const { cy, dan } = staff;
    await tenant.endorse(cy, "approver", cy, {}, staff.zoe.passkey);
    const credential = staff.zoe.passkey.credential.id;
    const votes = [{ by: cy }, { by: dan }];
    const request = { policy: staff.twoOfThree(), votes, alter: sealed({ credential }) };
    expect(await receiptFailures(tenant, await tenant.receipt(await tenant.decide(request)))).toBe(
      "signature",
    );
  });
});

describe("a file with", () => {
  it("one signer fewer than the record names is refused, though the others would suffice", async () => {
    const tenant = await staff.tenant();
    const { cy, dan, twoOfThree } = staff;
    const stages = [{ name: "", needs: [{ name: "Staff", count: 1, of: [cy.id, dan.id] }] }];
    const policy = twoOfThree({ stages });
    const receipt = await tenant.receipt(await tenant.decide({ policy, votes: [{ by: cy }, { by: dan }] }));
    expect(await receiptFailures(tenant, receipt)).toBe("");
    const { evidence } = receipt.decision;
    const without = (index: number): Receipt => ({
      ...receipt,
      decision: {
        ...receipt.decision,
        evidence: { ...evidence, signers: evidence.signers.toSpliced(index, 1) },
      },
    });
    expect(await receiptFailures(tenant, without(1))).toBe("statement");
    expect(await receiptFailures(tenant, without(0))).toBe("statement signature");
  });

  it("one signer more than the record names is refused", async () => {
    const tenant = await staff.tenant();
    const { cy, dan, twoOfThree } = staff;
    const hidden: Alter = (record) => ({
      ...record,
      body: { ...record.body, signatures: (record.body["signatures"] as JsonObject[]).slice(0, 1) },
    });
    const request = { policy: twoOfThree(), votes: [{ by: cy }, { by: dan }], alter: hidden };
    const seq = await tenant.decide(request);
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("statement signature");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });
});

describe("a revocation that people signed, sealed as an ordinary decision", () => {
  it.each([
    ["approved", () => ({ votes: [{ by: staff.alex }] })],
    [
      "break-glass",
      () => ({
        policy: staff.twoOfThree({ breakGlass: [staff.alex.id] }),
        votes: [{ by: staff.alex, vote: "break-glass" as const, reason: "lost" }],
      }),
    ],
  ] as const)("and %s is refused, because the passkey would stay active", async (outcome, request) => {
    const tenant = await staff.tenant();
    const { id, username, passkey } = staff.cy;
    const payload = {
      v: 1,
      kind: "countersign/change",
      change: "credential.revoked",
      person: { id, username },
      credential: { id: passkey.credential.id },
    };
    const seq = await tenant.decide({ ...request(), outcome, payload });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("outcome");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("decisions");
  });
});
