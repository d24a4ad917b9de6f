import { beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../../../../src/core/policy/policy.ts";
import type { JsonObject } from "../../../../src/core/encoding/strict-json.ts";
import { creationFailure, replayDirectory } from "../../../../src/core/evidence/directory-replay.ts";
import type { DirectoryLink, Receipt } from "../../../../src/core/evidence/receipt.ts";
import type { CreatedRecord } from "../../../../src/core/stream/record.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { headerOf, rowsOf } from "../../../support/evidence/export-file.ts";
import {
  auditOf,
  auditOptions,
  auditRows,
  failedChecks as failedAuditChecks,
} from "../../../support/evidence/sample-history.ts";
import {
  allOf,
  createPerson,
  type SampleRequest,
  type TestPerson,
  type TestTenant,
} from "../../../support/evidence/sample-tenant.ts";

// Changes of the directory that are right but for one thing. The decision after them is by somebody whom they do not
// concern, so that only the replay of the changes can refuse it.

let staff: Staff;
/** A person with dan's id and a passkey that is not enrolled. */
let stranger: TestPerson;
beforeAll(async () => {
  staff = await createStaff();
  stranger = await createPerson("dan");
});

type Alter = NonNullable<SampleRequest["alter"]>;

async function receiptFailures(tenant: TestTenant, receipt: Receipt): Promise<string> {
  const { history: _history, ...fileAlone } = fullOptions(tenant);
  return failedChecks(await verifiedReport(receipt, fileAlone));
}

/** A revocation of dan's passkey, as bea may sign it. */
const revocation = () => ({
  v: 1,
  kind: "countersign/change",
  change: "credential.revoked",
  person: { id: staff.dan.id, username: "dan" },
  credential: { id: staff.dan.passkey.credential.id },
});
const revocationEffect = () => ({
  person: staff.dan.id,
  role: null,
  credential: null,
  revoked: [staff.dan.passkey.credential.id],
});
const stating =
  (change: JsonObject | null): Alter =>
  (record) => ({ ...record, body: { ...record.body, change } });

describe("the directory is not built on", () => {
  const bothManagers = (more: Partial<Policy>): Policy => ({ ...allOf([staff.alex, staff.bea]), ...more });
  const eitherManager = (): Policy => {
    const of = [staff.alex, staff.bea].map(({ id }) => id);
    return bothManagers({
      stages: [{ name: "", needs: [{ name: "Managers", count: 1, of }] }],
      rejection: "impossible",
    });
  };
  const byBea = () => [{ by: staff.bea }];

  const rows: readonly [name: string, seal: (own: TestTenant) => Promise<unknown>][] = [
    [
      "a change that was rejected, though one of its signers may approve it alone",
      (own) =>
        own.endorse(staff.zoe, "approver", staff.alex, {
          policy: bothManagers({ rejection: "impossible" }),
          outcome: "rejected",
          votes: [{ by: staff.alex }, { by: staff.bea, vote: "reject" }],
        }),
    ],
    [
      "a change that expired, though one of its signers may approve it alone",
      (own) =>
        own.endorse(staff.zoe, "approver", staff.alex, {
          policy: bothManagers({}),
          outcome: "expired",
          votes: [{ by: staff.alex }],
        }),
    ],
    [
      "a change approved in an emergency, though one of its signers may approve it alone",
      (own) =>
        own.endorse(staff.zoe, "approver", staff.alex, {
          policy: bothManagers({ breakGlass: [staff.bea.id] }),
          outcome: "break-glass",
          votes: [{ by: staff.alex }, { by: staff.bea, vote: "break-glass", reason: "site is down" }],
        }),
    ],
    [
      "a recovery that one manager approved and the other one rejected",
      (own) =>
        own.recover(staff.dan, stranger.passkey, [staff.alex], {
          policy: eitherManager(),
          votes: [{ by: staff.alex }, { by: staff.bea, vote: "reject" }],
        }),
    ],
    [
      "a revocation that is sealed as a change of a template",
      (own) =>
        own.decide({
          type: "template.changed",
          payload: revocation(),
          votes: byBea(),
          alter: stating(null),
        }),
    ],
    [
      "a revocation that is sealed as a recovery",
      (own) => own.decide({ type: "recovered", payload: revocation(), votes: byBea() }),
    ],
    [
      "a revocation that is sealed as a change of a role",
      (own) => own.decide({ type: "role.changed", payload: revocation(), votes: byBea() }),
    ],
    [
      "content that is no change of the directory",
      (own) =>
        own.decide({
          type: "credential.revoked",
          payload: { ...revocation(), credential: null },
          votes: byBea(),
          alter: stating(revocationEffect()),
        }),
    ],
    [
      "a record that states another role than people signed",
      (own) =>
        own.changeRole(staff.dan, "auditor", staff.bea, {
          alter: stating({ ...revocationEffect(), role: "developer", revoked: [] }),
        }),
    ],
    [
      "a record that states another person than people signed",
      (own) =>
        own.changeRole(staff.dan, "auditor", staff.bea, {
          alter: stating({ ...revocationEffect(), person: staff.eve.id, role: "auditor", revoked: [] }),
        }),
    ],
    [
      "a record that states another public key than people signed",
      (own) =>
        own.endorse(staff.zoe, "approver", staff.bea, {
          alter: (record) => {
            const change = record.body["change"] as JsonObject;
            const credential = { ...(change["credential"] as JsonObject), publicKeyHash: "ab".repeat(32) };
            return stating({ ...change, credential })(record);
          },
        }),
    ],
  ];
  it.each(rows)("%s", async (_name, seal) => {
    const tenant = await staff.tenant();
    await seal(tenant);
    const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("endorsement");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("directory");
  });

  it("a change that belongs to another tenant with the same people", async () => {
    const tenant = await staff.tenant();
    const stream = (await staff.tenant()).stream;
    await tenant.endorse(staff.zoe, "approver", staff.bea, {
      votes: [{ by: staff.bea, statement: { tenant: { id: stream, name: "Acme" } } }],
      alter: (record) => ({ ...record, stream }),
    });
    const seq = await tenant.decide({ votes: [{ by: staff.cy }] });
    expect(await receiptFailures(tenant, await tenant.receipt(seq))).toBe("endorsement");
    expect(failedAuditChecks(await auditOf(tenant))).toBe("chain");
  });

  it("a change whose content the file withholds", async () => {
    const tenant = await staff.tenant();
    const changed = await tenant.changeRole(staff.dan, "auditor", staff.bea);
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }));
    const withheld = ({ evidence, ...link }: DirectoryLink): DirectoryLink => ({
      ...link,
      evidence: evidence && link.record.seq === changed ? { ...evidence, payload: null } : evidence,
    });
    expect(await receiptFailures(tenant, receipt)).toBe("");
    const directory = receipt.directory.map(withheld);
    expect(await receiptFailures(tenant, { ...receipt, directory })).toBe("endorsement");
    const rows = rowsOf(tenant).map((row) =>
      row.kind === "change" && row.sealed.record.seq === changed
        ? { ...row, sealed: { ...row.sealed, evidence: { ...row.sealed.evidence, payload: null } } }
        : row,
    );
    const audit = await auditRows(headerOf(tenant), rows, await auditOptions(tenant));
    expect(failedAuditChecks(audit)).toBe("directory");
  });
});

describe("the replay of the changes", () => {
  it("refuses changes that are not in order, also if each could be applied where it is", async () => {
    const tenant = await staff.tenant();
    await tenant.setTemplate("Deploy to production", null, staff.bea);
    const { created, directory, decision } = await tenant.receipt(
      await tenant.decide({ votes: [{ by: staff.cy }] }),
    );
    const failureOf = async (...order: readonly number[]) => {
      const links = order.flatMap((seq) => directory.filter(({ record }) => record.seq === seq));
      return (await replayDirectory(created.record, links, decision)).failure;
    };
    expect(await failureOf(1, 2, 3, 4, 5)).toBeUndefined();
    expect(await failureOf(1, 2, 4, 3, 5)).toContain("not in order");
    expect(await failureOf(1, 2, 3, 4, 5, 5)).toContain("not in order");
  });

  it.each([
    ["another seq", { seq: 1 }, "does not start"],
    ["a record before it", { prev: "11".repeat(32) }, "does not start"],
    ["another stream than its genesis", { stream: "11".repeat(32) }, "not the hash"],
  ])("does not start from a first record with %s", async (_name, change, failure) => {
    const tenant = await staff.tenant();
    const { created, decision } = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.alex }] }));
    expect(creationFailure(created.record)).toBeUndefined();
    const first: CreatedRecord = { ...created.record, ...change };
    expect(creationFailure(first)).toContain(failure);
    expect((await replayDirectory(first, [], decision)).failure).toContain(failure);
  });
});
