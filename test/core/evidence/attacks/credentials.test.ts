import { beforeAll, describe, expect, it } from "vitest";
import { singleApproverPolicy } from "../../../../src/core/policy/policy.ts";
import type { VerifyOptions } from "../../../../src/core/evidence/verify.ts";
import {
  createStaff,
  fullOptions,
  failedChecks,
  verifiedReport,
  statusOf,
  type Staff,
} from "../../../support/evidence/sample-company.ts";
import {
  createPerson,
  type TestPerson,
  type TestTenant,
  type TestVote,
} from "../../../support/evidence/sample-tenant.ts";

// Which passkeys are active, replayed from the owner's first. An operator with the database and the log seals a change
// without an entitled signature, and someone decides with it. The receipt's checks catch it, and still accept a
// decision of the same tenant that does not depend on the change.

let staff: Staff;
/** A person with cy's id and a passkey that is not enrolled. */
let stranger: TestPerson;
beforeAll(async () => {
  staff = await createStaff();
  stranger = await createPerson("cy");
});

function withoutExport(tenant: TestTenant): VerifyOptions {
  const { history: _history, ...rest } = fullOptions(tenant);
  return rest;
}

interface Attack {
  readonly name: string;
  /** Seals the dishonest change. Returns who decides with it, and with which passkey. */
  readonly lie: (tenant: TestTenant, staff: Staff) => Promise<TestVote>;
  readonly caught: string;
}

const oneOf = (...people: readonly TestPerson[]) => ({
  ...singleApproverPolicy("unused"),
  name: "Any one",
  stages: [{ name: "", needs: [{ name: "Managers", count: 1, of: people.map(({ id }) => id) }] }],
});

const BY_HAND: readonly Attack[] = [
  {
    name: "a passkey put into the database, with a record that nobody signed",
    lie: async (tenant, { zoe, alex }) => {
      await tenant.endorse(zoe, "approver", alex, { votes: [] });
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a passkey endorsed with a passkey that is not enrolled",
    lie: async (tenant, { zoe, alex }) => {
      await tenant.endorse(zoe, "approver", alex, { votes: [{ by: alex, passkey: stranger.passkey }] });
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a passkey endorsed by itself",
    lie: async (tenant, { zoe }) => {
      await tenant.endorse(zoe, "approver", zoe);
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a passkey whose endorsement was rejected",
    lie: async (tenant, { zoe, alex }) => {
      await tenant.endorse(zoe, "approver", alex, { votes: [{ by: alex, vote: "reject" }] });
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a signature over another passkey than the one that is sealed",
    lie: async (tenant, { zoe, alex, dan }) => {
      await tenant.endorse(zoe, "approver", alex, {
        alter: (record) => ({ ...record, body: { ...record.body, payloadCommit: "ab".repeat(32) } }),
      });
      return { by: zoe, passkey: dan.passkey };
    },
    caught: "credential endorsement",
  },
];

const NOT_ENTITLED: readonly Attack[] = [
  {
    name: "a passkey endorsed by an admin whose own was revoked",
    lie: async (tenant, { zoe, alex, bea }) => {
      await tenant.revoke(bea, alex);
      await tenant.endorse(zoe, "approver", bea);
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a passkey endorsed by an approver",
    lie: async (tenant, { zoe, cy }) => {
      await tenant.endorse(zoe, "approver", cy);
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a passkey endorsed by an auditor",
    lie: async (tenant, { zoe, eve }) => {
      await tenant.endorse(zoe, "approver", eve);
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a passkey that an admin adds to another person, to sign in that name",
    lie: async (tenant, { cy, bea }) => {
      await tenant.endorse(cy, "approver", bea, {}, stranger.passkey);
      return { by: cy, passkey: stranger.passkey };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a higher role that nobody signed",
    lie: async (tenant, { eve, alex }) => {
      await tenant.changeRole(eve, "approver", alex, { votes: [] });
      return { by: eve };
    },
    caught: "credential endorsement",
  },
  {
    name: "a role raised by its own person, who then enrols another",
    lie: async (tenant, { zoe, cy }) => {
      await tenant.changeRole(cy, "admin", cy);
      await tenant.endorse(zoe, "approver", cy);
      return { by: zoe };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "a higher role signed by someone who had become an approver",
    lie: async (tenant, { eve, alex, bea }) => {
      await tenant.changeRole(bea, "approver", alex);
      await tenant.changeRole(eve, "approver", bea);
      return { by: eve };
    },
    caught: "credential endorsement",
  },
  {
    name: "a decision made public by an approver",
    lie: async (tenant, { cy, dan }) => {
      const payload = {
        v: 1,
        kind: "countersign/change",
        change: "revealed",
        confirmation: "c_1",
        decided: { seq: 4, commit: tenant.commitAt(4) },
        action: "Deploy to production",
        payloadHash: "ab".repeat(32),
        shown: true,
      };
      await tenant.decide({ type: "revealed", payload, votes: [{ by: cy }] });
      return { by: dan };
    },
    caught: "endorsement",
  },
];

const recovered: Attack["lie"] = async (_tenant, { cy }) => ({ by: cy, passkey: stranger.passkey });
const RECOVERED: readonly Attack[] = [
  {
    name: "by one where two are required",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.bea]);
      return recovered(tenant, all);
    },
    caught: "signature credential endorsement",
  },
  {
    name: "by one under a policy that asks for one",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.bea], { policy: oneOf(all.alex, all.bea) });
      return recovered(tenant, all);
    },
    caught: "signature credential endorsement",
  },
  {
    name: "by one person twice",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.bea, all.bea]);
      return recovered(tenant, all);
    },
    caught: "signature credential endorsement",
  },
  {
    name: "by the person himself",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.cy]);
      return recovered(tenant, all);
    },
    caught: "signature credential endorsement",
  },
  {
    name: "by one and the person himself",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.bea, all.cy]);
      return recovered(tenant, all);
    },
    caught: "signature credential endorsement",
  },
  {
    name: "by one manager and a colleague who is not a manager",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.bea, all.dan]);
      return recovered(tenant, all);
    },
    caught: "signature credential endorsement",
  },
  {
    name: "by the admins of a tenant whose only owner is lost",
    lie: async (tenant, { alex, bea, dan }) => {
      await tenant.changeRole(dan, "admin", alex);
      await tenant.recover(alex, stranger.passkey, [bea, dan]);
      return { by: alex, passkey: stranger.passkey };
    },
    caught: "signature credential endorsement",
  },
  {
    name: "without revoking the lost passkey",
    lie: async (tenant, all) => {
      await tenant.recover(all.cy, stranger.passkey, [all.alex, all.bea], { revoked: [] });
      return { by: all.cy };
    },
    caught: "endorsement",
  },
];

describe.each([
  ["what counts by the database alone", BY_HAND],
  ["a change signed by someone who was not entitled", NOT_ENTITLED],
  ["a recovery", RECOVERED],
])("%s", (_about, attacks) => {
  it.each(attacks)("$name", async ({ lie, caught }) => {
    const tenant = await staff.tenant();
    const before = await tenant.decide({ votes: [{ by: staff.dan }] });
    const vote = await lie(tenant, staff);
    const after = await tenant.decide({ votes: [vote] });
    const knowledge = withoutExport(tenant);
    expect(failedChecks(await verifiedReport(await tenant.receipt(after), knowledge))).toBe(caught);
    const honest = await verifiedReport(await tenant.receipt(before), knowledge);
    expect([failedChecks(honest), honest.verified]).toEqual(["", true]);
    // The export alone shows the dishonest change, even if a receipt omits it.
    const all = fullOptions(tenant);
    const bare = await verifiedReport(await tenant.receipt(after, { changes: [] }), all);
    expect(statusOf(bare, "history")).toBe("failed");
  });
});

describe("a change with all required signatures", () => {
  const rows: readonly { readonly name: string; readonly lie: Attack["lie"] }[] = [
    {
      name: "a further passkey, by its own person",
      lie: async (tenant, { cy }) => {
        await tenant.endorse(cy, "approver", cy, {}, stranger.passkey);
        return { by: cy, passkey: stranger.passkey };
      },
    },
    {
      name: "a higher role, set by an admin",
      lie: async (tenant, { eve, bea }) => {
        await tenant.changeRole(eve, "approver", bea);
        return { by: eve };
      },
    },
    {
      name: "a recovery, by two",
      lie: async (tenant, { alex, bea, cy }) => {
        await tenant.recover(cy, stranger.passkey, [bea, alex]);
        return { by: cy, passkey: stranger.passkey };
      },
    },
    {
      name: "a recovery, by the only manager left",
      lie: async (tenant, { alex, bea, cy }) => {
        await tenant.revoke(bea, alex);
        await tenant.recover(cy, stranger.passkey, [alex]);
        return { by: cy, passkey: stranger.passkey };
      },
    },
  ];
  it.each(rows)("is accepted: $name", async ({ lie }) => {
    const tenant = await staff.tenant();
    const vote = await lie(tenant, staff);
    const receipt = await tenant.receipt(await tenant.decide({ votes: [vote] }));
    const report = await verifiedReport(receipt, fullOptions(tenant));
    expect([failedChecks(report), report.verified]).toEqual(["", true]);
  });
});
