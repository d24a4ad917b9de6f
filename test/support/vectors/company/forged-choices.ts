import { CHOICE_ATTACKS } from "../../evidence/choice-attacks.ts";
import { RULES, LARGE_PAYLOAD } from "../../rules/ruled-documents.ts";
import { largeRequest, ruledTenant, smallRequest } from "../../evidence/ruled-tenant.ts";
import type { TestTenant } from "../../evidence/sample-tenant.ts";
import type { Company } from "./staff.ts";

// Decisions of a company with rules, whose policy is not the one that the rules demanded; and honest neighbours.

/** Seals the company's rules and the attack, and returns the seq of the decision. */
type Sealing = (tenant: TestTenant, company: Company) => Promise<number>;

const ruled =
  (seal: Sealing): Sealing =>
  async (tenant, company) =>
    seal(await ruledTenant({ ...company, tenant: async () => tenant }), company);

const attacks = CHOICE_ATTACKS.map(
  ({ name, ask }) =>
    [`asked ${name}`, ruled(async (tenant, company) => tenant.decide(await ask(tenant, company)))] as const,
);

export const FORGED_CHOICES: readonly (readonly [name: string, sealing: Sealing])[] = [
  ...attacks,
  [
    "a stage signed before the one before it",
    ruled(async (tenant, company) =>
      tenant.decide(
        largeRequest(tenant, company, { votes: [{ by: company.bea, stage: 2 }, { by: company.cy }] }),
      ),
    ),
  ],
  [
    "a stage that nobody signed",
    ruled(async (tenant, company) =>
      tenant.decide(largeRequest(tenant, company, { votes: [{ by: company.cy }] })),
    ),
  ],
  [
    "one person in two stages",
    ruled(async (tenant, company) => {
      await tenant.setGroup("finance", [company.bea, company.cy], company.alex);
      const votes = [{ by: company.bea }, { by: company.bea, stage: 2 }];
      return tenant.decide(largeRequest(tenant, company, { votes }));
    }),
  ],
  [
    "rules that an approver changed",
    ruled(async (tenant, company) => {
      await tenant.setRules({ ...RULES, rules: [] }, company.cy);
      return tenant.decide(smallRequest(tenant, company, { payload: LARGE_PAYLOAD }));
    }),
  ],
  [
    "honest: under the rules, in two stages",
    ruled(async (tenant, company) => tenant.decide(largeRequest(tenant, company))),
  ],
  [
    "honest: under no rule, by one approver",
    ruled(async (tenant, company) => tenant.decide(smallRequest(tenant, company))),
  ],
];
