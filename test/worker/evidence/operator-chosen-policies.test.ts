import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/core/policy/policy.ts";
import type { PolicyDocument } from "../../../src/core/policy/policy-document.ts";
import type { RulesDocument } from "../../../src/core/rules/rules-document.ts";
import { LARGE, LARGE_PAYLOAD, RULES, SMALL, SMALL_PAYLOAD } from "../../support/rules/ruled-documents.ts";
import { documents } from "../../../src/store/schema.ts";
import { personNamed } from "../support/signed-decisions.ts";
import { resolvedNow } from "./support/resolved-policies.ts";
import {
  CASE_MAX_MILLISECONDS,
  downloadExport,
  downloadReceipt,
  exportFindings,
  receiptFindings,
} from "./support/attack-findings.ts";
import { setUpAttackedTenant, type AttackedTenant } from "./support/attack-fixture.ts";
import { forge, type Forged } from "./support/forged-rows.ts";

// Real signatures on requests whose policy is not the one that the organisation's signed rules demanded. The operator
// writes them into the tables, and the service builds receipts and exports from these.

let tenant: AttackedTenant;
setUpAttackedTenant((created) => {
  tenant = created;
});

/** Longer than clocks may differ. */
const LATER_MILLISECONDS = 600_000;

async function change(payload: object, type: Forged["type"], by: "alex" | "cy" = "alex"): Promise<void> {
  const votes = [{ by, passkey: tenant[by].passkey }];
  const content = { v: 1, kind: "countersign/change", change: type, ...payload } as Forged["payload"];
  await forge(tenant, { ...(type && { type }), ...(content && { payload: content }), votes });
}

async function setGroup(name: string, usernames: readonly string[], replaces: string | null = null) {
  const people = await Promise.all(usernames.map((username) => personNamed(tenant.store, username)));
  const members = people.map(({ id, username }) => ({ id, username }));
  const group = { v: 1, kind: "countersign/group", name, members };
  await change({ name, replaces, group }, "group.changed");
}

async function setPolicy(policy: PolicyDocument) {
  await change({ name: policy.name, replaces: null, policy }, "policy.changed");
}

async function setRules(rules: RulesDocument, replaces: string | null = null, by: "alex" | "cy" = "alex") {
  await change({ replaces, rules }, "rules.changed", by);
}

/** cy is finance, alex and maria are managers. */
async function setUpRules(): Promise<void> {
  await setGroup("finance", ["cy"]);
  await setGroup("managers", ["alex", "maria"]);
  await setPolicy(LARGE);
  await setPolicy(SMALL);
  await setRules(RULES);
}

const byCy = () => ({ by: "cy", passkey: tenant.cy.passkey });
const byMaria = (stage = 2, more = {}) => ({
  by: "maria",
  passkey: tenant.maria.passkey,
  changes: { stage, ...more },
});
const large = () => resolvedNow(tenant, LARGE, null, "Large amounts");
const small = () => resolvedNow(tenant, SMALL);
const rulesOf = ({ chosen }: Policy) => chosen?.rules ?? null;

interface Attack {
  readonly name: string;
  readonly ask: () => Promise<Forged>;
  /** The failed checks; "" if nothing is wrong. */
  readonly receipt: string;
  readonly audit: string;
}

const CHOICE = { receipt: "choice", audit: "decisions" };

const ATTACKS: readonly Attack[] = [
  {
    name: "nothing: the policy that the rules demand, met in two stages",
    ask: async () => ({
      payload: LARGE_PAYLOAD,
      policy: await large(),
      votes: [byCy(), byMaria()],
    }),
    receipt: "",
    audit: "",
  },
  {
    name: "nothing: the policy for what falls under no rule",
    ask: async () => ({ payload: SMALL_PAYLOAD, policy: await small(), votes: [byCy()] }),
    receipt: "",
    audit: "",
  },
  {
    name: "the policy for small amounts, for a large one",
    ask: async () => ({ payload: LARGE_PAYLOAD, policy: await small(), votes: [byCy()] }),
    ...CHOICE,
  },
  {
    name: "the same, said to be by the rule for large amounts",
    ask: async () => ({
      payload: LARGE_PAYLOAD,
      policy: await resolvedNow(tenant, SMALL, null, "Large amounts"),
      votes: [byCy()],
    }),
    ...CHOICE,
  },
  {
    name: "one person by name, around the rules",
    ask: async () => {
      const at = Date.now() + LATER_MILLISECONDS;
      return { payload: SMALL_PAYLOAD, votes: [byCy()], at };
    },
    ...CHOICE,
  },
  {
    name: "older rules",
    ask: async () => {
      const policy = await small();
      await setRules({ ...RULES, otherwise: ["large"] }, rulesOf(policy));
      return { payload: SMALL_PAYLOAD, policy, votes: [byCy()], at: Date.now() + LATER_MILLISECONDS };
    },
    ...CHOICE,
  },
  {
    name: "a policy resolved with an older version of a group",
    ask: async () => {
      const older = await large();
      await setGroup("finance", ["alex"], await hashOfGroup("finance"));
      const { chosen } = await large();
      const policy = { ...older, chosen: older.chosen && chosen && { ...older.chosen, seq: chosen.seq } };
      return { payload: LARGE_PAYLOAD, policy, votes: [byCy(), byMaria()] };
    },
    ...CHOICE,
  },
  {
    name: "a policy that does not say how it was chosen",
    ask: async () => ({
      payload: SMALL_PAYLOAD,
      policy: { ...(await small()), chosen: null },
      votes: [byCy()],
    }),
    ...CHOICE,
  },
  {
    name: "a policy of which a stage is missing",
    ask: async () => ({ payload: LARGE_PAYLOAD, policy: await large(), votes: [byCy()] }),
    receipt: "outcome",
    audit: "decisions",
  },
  {
    name: "one person on the seats of two stages",
    ask: async () => {
      await setGroup("finance", ["cy", "maria"], await hashOfGroup("finance"));
      const votes = [byMaria(1), { ...byMaria(2), under: "cy" }];
      return { payload: LARGE_PAYLOAD, policy: await large(), votes };
    },
    receipt: "outcome",
    audit: "decisions",
  },
  {
    name: "a stage signed before the one before it",
    ask: async () => {
      const issued = new Date(Date.now() - 500).toISOString();
      return { payload: LARGE_PAYLOAD, policy: await large(), votes: [byMaria(2, { issued }), byCy()] };
    },
    receipt: "policy",
    audit: "decisions",
  },
  {
    name: "rules that an approver changed",
    ask: async () => {
      await setRules({ ...RULES, rules: [] }, rulesOf(await small()), "cy");
      return { payload: LARGE_PAYLOAD, policy: await small(), votes: [byCy()] };
    },
    receipt: "endorsement choice",
    audit: "directory decisions",
  },
];

async function hashOfGroup(name: string): Promise<string | null> {
  const groups = await tenant.store.select(documents);
  return groups.find((row) => row.name === name && row.endedSeq === null)?.hash ?? null;
}

describe("an operator who asks under", () => {
  it.each(ATTACKS)("$name", { timeout: CASE_MAX_MILLISECONDS }, async ({ ask, receipt, audit }) => {
    await setUpRules();
    const id = await forge(tenant, await ask());
    const found = await receiptFindings(tenant, await downloadReceipt(tenant, id));
    expect([found, await exportFindings(tenant, await downloadExport(tenant))]).toEqual([receipt, audit]);
  });
});
