import { beforeAll, describe, expect, it } from "vitest";
import { toBase64url } from "../../../../src/core/encoding/bytes.ts";
import type { Authenticator } from "../../../support/authenticator.ts";
import {
  createStaff,
  failedChecks,
  fullOptions,
  verifiedReport,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import { auditOf, failedChecks as failedAuditChecks } from "../../../support/evidence/sample-history.ts";
import { allOf, randomBytes, type TestTenant } from "../../../support/evidence/sample-tenant.ts";

// A public key stands in a stream once. With one key as two passkeys, one person could count as two, or sign on after
// a revocation.

let staff: Staff;
beforeAll(async () => {
  staff = await createStaff();
});

async function verdicts(tenant: TestTenant, seq: number) {
  const { history: _history, ...fileAlone } = fullOptions(tenant);
  const receipt = failedChecks(await verifiedReport(await tenant.receipt(seq), fileAlone));
  return { receipt, audit: failedAuditChecks(await auditOf(tenant)) };
}

describe("one public key", () => {
  /** The same key under another credential id. */
  const twinOf = (passkey: Authenticator): Authenticator => {
    const id = toBase64url(randomBytes(32));
    const credential = { ...passkey.credential, id };
    const assert: Authenticator["assert"] = (challenge, lies) => passkey.assert(challenge, { ...lies, id });
    return { ...passkey, credential, assert };
  };
  const refused = { receipt: "endorsement", audit: "directory" };

  it("as two people cannot meet a requirement of two", async () => {
    const { cy, zoe, bea } = staff;
    const tenant = await staff.tenant();
    const two = { ...zoe, passkey: twinOf(cy.passkey) };
    await tenant.endorse(two, "approver", bea);
    const seq = await tenant.decide({ policy: allOf([cy, two]), votes: [{ by: cy }, { by: two }] });
    expect(await verdicts(tenant, seq)).toEqual({
      receipt: "signature credential endorsement choice",
      audit: "directory decisions",
    });
  });

  it.each([
    [
      "endorsed for a second person",
      async (own: TestTenant) => {
        await own.endorse({ ...staff.zoe, passkey: twinOf(staff.cy.passkey) }, "approver", staff.bea);
      },
    ],
    [
      "endorsed a second time for its own person",
      async (own: TestTenant) => {
        await own.endorse(staff.cy, "approver", staff.cy, {}, twinOf(staff.cy.passkey));
      },
    ],
    [
      "of the owner, endorsed for another person",
      async (own: TestTenant) => {
        await own.endorse({ ...staff.zoe, passkey: twinOf(staff.alex.passkey) }, "approver", staff.bea);
      },
    ],
    [
      "of a colleague, in a recovery",
      async (own: TestTenant) => {
        await own.recover(staff.dan, twinOf(staff.cy.passkey), [staff.alex, staff.bea]);
      },
    ],
    [
      "that was lost, in a recovery",
      async (own: TestTenant) => {
        await own.recover(staff.dan, twinOf(staff.dan.passkey), [staff.alex, staff.bea]);
      },
    ],
    [
      "that was revoked, endorsed once more",
      async (own: TestTenant) => {
        await own.revoke(staff.dan, staff.bea);
        await own.endorse({ ...staff.zoe, passkey: twinOf(staff.dan.passkey) }, "approver", staff.bea);
      },
    ],
  ])("%s stays refused, whoever decides", async (_name, enrol) => {
    const tenant = await staff.tenant();
    expect(await verdicts(tenant, await tenant.decide({ votes: [{ by: staff.cy }] }))).toEqual({
      receipt: "",
      audit: "",
    });
    await enrol(tenant);
    expect(await verdicts(tenant, await tenant.decide({ votes: [{ by: staff.cy }] }))).toEqual(refused);
  });

  it("under two credential ids is seen by the records alone, without who signed them", async () => {
    const { zoe, dan, bea } = staff;
    const tenant = await staff.tenant();
    const twin = await tenant.endorse({ ...zoe, passkey: twinOf(dan.passkey) }, "approver", bea);
    const receipt = await tenant.receipt(await tenant.decide({ votes: [{ by: staff.cy }] }), {
      bare: [3, twin],
    });
    expect(failedChecks(await verifiedReport(receipt, { tenant: tenant.stream }))).toBe("endorsement");
  });
});
