import { describe, expect, it } from "vitest";
import { CASE_MAX_MILLISECONDS, NO_FINDINGS, runAttack, type Findings } from "./support/attack-findings.ts";
import { type AttackedTenant, setUpAttackedTenant } from "./support/attack-fixture.ts";
import { forgeOutcome, type ForgedOutcome, type Rules } from "./support/forged-outcomes.ts";

// Real signatures that the operator seals with an outcome that does not follow from them. Each row breaks one rule of
// the table in web/docs/formats.md. The honest history before it passes every check.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

/** The name says which votes are sealed, and as what. */
interface Attack extends ForgedOutcome {
  readonly name: string;
  readonly findings: Findings;
}

const OUTCOME = { receipt: "outcome", audit: "decisions" };
const POLICY = { receipt: "policy", audit: "decisions" };
const TWO: Rules = { of: ["maria", "cy"], threshold: 2 };
const ANY: Rules = { of: ["maria", "cy"] };
const EMERGENCY: Rules = { ...TWO, breakGlass: ["alex"] };
const POSSIBLE: Rules = { ...ANY, rejection: "impossible" };

const ATTACKS: readonly Attack[] = [
  {
    name: "a rejection beside an emergency approval, as approved",
    rules: EMERGENCY,
    votes: { cy: "reject", alex: "break-glass" },
    sealed: "approved",
    findings: OUTCOME,
  },
  {
    name: "a rejection beside an emergency approval, as one",
    rules: EMERGENCY,
    votes: { cy: "reject", alex: "break-glass" },
    sealed: "break-glass",
    findings: OUTCOME,
  },
  {
    name: "a rejection beside enough approvals, as approved",
    rules: ANY,
    votes: { maria: "approve", cy: "reject" },
    sealed: "approved",
    findings: OUTCOME,
  },
  {
    name: "a rejection, as expired",
    votes: { cy: "reject" },
    sealed: "expired",
    late: true,
    findings: OUTCOME,
  },
  { name: "a rejection, as cancelled", votes: { cy: "reject" }, sealed: "cancelled", findings: OUTCOME },
  {
    name: "a rejection that leaves too few, as expired",
    rules: { ...TWO, rejection: "impossible" },
    votes: { cy: "reject" },
    sealed: "expired",
    late: true,
    findings: OUTCOME,
  },
  {
    name: "a rejection that leaves enough, as rejected",
    rules: POSSIBLE,
    votes: { cy: "reject" },
    sealed: "rejected",
    findings: OUTCOME,
  },
  { name: "an approval, as rejected", votes: { cy: "approve" }, sealed: "rejected", findings: OUTCOME },
  { name: "nothing signed, as rejected", votes: {}, sealed: "rejected", findings: OUTCOME },
  {
    name: "enough approvals, as expired",
    votes: { cy: "approve" },
    sealed: "expired",
    late: true,
    findings: OUTCOME,
  },
  {
    name: "enough approvals, as cancelled",
    rules: TWO,
    votes: { maria: "approve", cy: "approve" },
    sealed: "cancelled",
    findings: OUTCOME,
  },
  {
    name: "nothing signed, as expired before the request expires",
    votes: {},
    sealed: "expired",
    findings: OUTCOME,
  },
  {
    name: "nothing signed, as cancelled after it expired",
    votes: {},
    sealed: "cancelled",
    late: true,
    findings: OUTCOME,
  },
  {
    name: "an emergency approval, as expired",
    rules: EMERGENCY,
    votes: { alex: "break-glass" },
    sealed: "expired",
    late: true,
    findings: OUTCOME,
  },
  {
    name: "an emergency approval, as cancelled",
    rules: EMERGENCY,
    votes: { alex: "break-glass" },
    sealed: "cancelled",
    findings: OUTCOME,
  },
  {
    name: "an emergency approval, as approved",
    rules: EMERGENCY,
    votes: { alex: "break-glass" },
    sealed: "approved",
    findings: OUTCOME,
  },
  {
    name: "an emergency approval beside enough approvals, as one",
    rules: { ...ANY, breakGlass: ["alex"] },
    votes: { cy: "approve", alex: "break-glass" },
    sealed: "break-glass",
    findings: OUTCOME,
  },
  {
    name: "two emergency approvals, as one",
    rules: { ...TWO, breakGlass: ["alex", "maria"] },
    votes: { maria: "break-glass", alex: "break-glass" },
    sealed: "break-glass",
    findings: OUTCOME,
  },
  {
    name: "ordinary approvals, too few, as an emergency approval",
    rules: EMERGENCY,
    votes: { cy: "approve" },
    sealed: "break-glass",
    findings: OUTCOME,
  },
  {
    name: "an emergency approval by somebody who may not give one",
    rules: EMERGENCY,
    votes: { maria: "break-glass" },
    sealed: "break-glass",
    findings: POLICY,
  },
  {
    name: "an emergency approval without a reason",
    rules: EMERGENCY,
    votes: { alex: "break-glass" },
    changes: { reason: " " },
    sealed: "break-glass",
    findings: POLICY,
  },
  {
    name: "a rejection by somebody whom the policy does not name",
    rules: ANY,
    votes: { alex: "reject" },
    sealed: "rejected",
    findings: POLICY,
  },
  {
    name: "a rejection by somebody whom the policy names later",
    rules: { ...ANY, later: "alex" },
    votes: { alex: "reject" },
    sealed: "rejected",
    findings: POLICY,
  },
  {
    name: "an approval by somebody whom the policy names later",
    rules: { ...ANY, later: "alex" },
    votes: { alex: "approve" },
    sealed: "approved",
    findings: { ...OUTCOME, receipt: "policy outcome" },
  },
  {
    name: "an approval by the requester, who may not sign",
    rules: { ...ANY, excludeRequester: true },
    requester: "cy",
    votes: { cy: "approve" },
    sealed: "approved",
    findings: POLICY,
  },
];

describe("an outcome that does not follow from the signatures", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))("%s", async (_name, attack) => {
    expect(await runAttack(tenant, () => forgeOutcome(tenant, attack))).toEqual({
      before: NO_FINDINGS,
      after: { ...NO_FINDINGS, ...attack.findings },
    });
  });
});

const HONEST: readonly Omit<Attack, "findings">[] = [
  {
    name: "an emergency approval beside one of two approvals",
    rules: EMERGENCY,
    votes: { cy: "approve", alex: "break-glass" },
    sealed: "break-glass",
  },
  {
    name: "one of two approvals, as expired",
    rules: TWO,
    votes: { cy: "approve" },
    sealed: "expired",
    late: true,
  },
  { name: "one of two approvals, as cancelled", rules: TWO, votes: { cy: "approve" }, sealed: "cancelled" },
  {
    name: "a rejection that leaves enough, beside an approval",
    rules: POSSIBLE,
    votes: { maria: "approve", cy: "reject" },
    sealed: "approved",
  },
  {
    name: "a rejection that leaves too few",
    rules: { ...TWO, rejection: "impossible" },
    votes: { cy: "reject" },
    sealed: "rejected",
  },
];

describe("an outcome that follows from the signatures passes", { timeout: CASE_MAX_MILLISECONDS }, () => {
  it.each(HONEST.map((honest) => [honest.name, honest] as const))("%s", async (_name, honest) => {
    const { after } = await runAttack(tenant, () => forgeOutcome(tenant, honest));
    expect(after).toEqual(NO_FINDINGS);
  });
});
