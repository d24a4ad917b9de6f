import type { Policy } from "../../../src/core/policy/policy.ts";
import type { Receipt } from "../../../src/core/evidence/receipt.ts";
import type { VerifyOptions } from "../../../src/core/evidence/verify.ts";
import { DEPLOY } from "../vectors/company/honest.ts";
import { createAuthenticator } from "../authenticator.ts";
import { PAYMENTS, setDocument } from "./sample-documents.ts";
import type { Staff } from "./sample-company.ts";
import { RP, type TestPerson, type TestTenant } from "./sample-tenant.ts";

// Honest receipts that together have every part which a receipt can have, for tests that change parts of them.

export interface HonestReceipt {
  readonly name: string;
  readonly receipt: Receipt;
  readonly options: VerifyOptions;
}

/** The endorsement of eve, who has nothing to do with any of these receipts. */
const EVE = 4;

/** What an honest receipt may omit; left-out-changes.test.ts tests when. */
export const MAY_BE_NULL = /^\/directory\/\d+\/evidence$|^\/decision\/evidence\/payload$/;

export async function honestReceipts(staff: Staff): Promise<readonly HonestReceipt[]> {
  const { alex, bea, cy, dan, zoe, twoOfThree } = staff;
  const tenant = await staff.tenant();
  const [second, replacement] = await Promise.all([createPasskey(), createPasskey()]);
  const named: (readonly [name: string, seq: number])[] = [
    [
      "a quorum",
      await tenant.decide({ policy: twoOfThree(), votes: [{ by: cy, reason: "ok" }, { by: dan }] }),
    ],
    [
      "two stages",
      await tenant.decide({
        policy: inTwoStages(staff),
        requester: { kind: "key", id: "k_1", name: "ci", person: bea.id },
        executeWithinSeconds: 60,
        votes: [{ by: cy }, { by: dan }, { by: alex, stage: 2 }],
      }),
    ],
    ["an expiry", await tenant.decide({ outcome: "expired", votes: [] })],
    [
      "a rejection",
      await tenant.decide({
        policy: twoOfThree({
          rejection: "impossible",
          escalations: [{ afterSeconds: 600, stage: 1, needs: [onePerson(alex)] }],
          breakGlass: [alex.id],
        }),
        requester: { kind: "person", id: bea.id, name: "bea", person: bea.id },
        executeWithinSeconds: 60,
        outcome: "rejected",
        votes: [
          { by: cy, vote: "reject" },
          { by: dan, vote: "reject" },
          { by: alex, vote: "reject" },
        ],
        sealedAfter: 700,
      }),
    ],
    ["an endorsement", await tenant.endorse(cy, "approver", cy, {}, second)],
    ["a revocation", await tenant.revoke(cy, alex, second)],
    ["a role", await tenant.changeRole(dan, "developer", alex, { policy: onePersonAtFirst(staff, alex) })],
    ["a recovery", await tenant.recover(cy, replacement, [alex, bea])],
    ["a template", await decideByTemplate(tenant, alex)],
  ];
  const joined = await tenant.endorse(zoe, "approver", bea);
  const last = await tenant.decide({ policy: onePersonAtFirst(staff, dan), votes: [{ by: dan }] });
  named.push(
    ["a decision after every other change", last],
    ["a group", await setDocument(tenant, "group.changed", alex)],
    ["a policy", await setDocument(tenant, "policy.changed", alex)],
    ["rules", await setDocument(tenant, "rules.changed", alex)],
    ["a payment under the rules", await payByRules(tenant, staff)],
  );
  const bare = [EVE, joined];
  return Promise.all(
    named.map(async ([name, seq]) => ({
      name,
      receipt: await tenant.receipt(seq, { bare }),
      options: { tenant: tenant.stream, trust: tenant.log.trust(3) },
    })),
  );
}

async function payByRules(tenant: TestTenant, { alex, bea, dan }: Staff): Promise<number> {
  return tenant.decide({
    action: "Pay invoice 4711",
    policy: tenant.resolved(PAYMENTS, bea.id, "Payments") ?? null,
    requester: { kind: "key", id: "k_1", name: "ci", person: bea.id },
    executeWithinSeconds: 60,
    votes: [{ by: dan }, { by: alex, stage: 2 }],
  });
}

/** Drawn by a template, with an order of its members. */
async function decideByTemplate(tenant: TestTenant, by: TestPerson): Promise<number> {
  await tenant.setTemplate(DEPLOY.action, DEPLOY, by);
  const payload = { env: "production", service: "api", size: 2_097_152 };
  return tenant.decide({ payload, order: [1, 0, 2], template: DEPLOY, votes: [{ by }] });
}

/** Two of three, then alex or, after ten minutes, bea. It limits the times. */
function inTwoStages({ alex, bea, twoOfThree }: Staff): Policy {
  return twoOfThree({
    stages: [
      { name: "First", needs: twoOfThree().stages.flatMap(({ needs }) => needs) },
      { name: "Second", needs: [onePerson(alex)] },
    ],
    escalations: [{ afterSeconds: 600, stage: 2, needs: [onePerson(bea)] }],
    minimum: 3,
    excludeRequester: true,
    expiresInSeconds: 900,
    executeWithinSeconds: 60,
  });
}

function onePerson({ id, username }: TestPerson) {
  return { name: username, count: 1, of: [id] };
}

/** With escalations to one person and to several. */
function onePersonAtFirst({ bea, twoOfThree }: Staff, person: TestPerson): Policy {
  const stages = twoOfThree().stages;
  return twoOfThree({
    stages: [{ name: "", needs: [onePerson(person)] }],
    escalations: [
      { afterSeconds: 600, stage: 1, needs: [onePerson(bea)] },
      { afterSeconds: 660, stage: 1, needs: stages.flatMap(({ needs }) => needs) },
    ],
    breakGlass: [bea.id],
  });
}

function createPasskey() {
  return createAuthenticator({ rpId: new URL(RP).hostname, origin: RP });
}
