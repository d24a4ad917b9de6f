import { refuse, type Result } from "../refusal.ts";
import {
  DECIDING_ROLES,
  parsePolicyDocument,
  type DocumentNeed,
  type Party,
  type PolicyDocument,
} from "./policy-document.ts";

// Policies to start from: the common ones, made of a name and at most two parties. People change the rest in the form.

export interface Starter {
  readonly title: string;
  /** Whom it asks, for people who choose among the starters. */
  readonly text: string;
  /** The parties to fill in, in this order. */
  readonly asks: readonly Party["kind"][];
  /** Whether the person who asked may sign too. */
  readonly requesterMaySign: boolean;
  /** The needs of each stage, given what was filled in. */
  readonly stages: (parties: readonly Party[]) => readonly (readonly DocumentNeed[])[];
}

const EVERYONE = DECIDING_ROLES.map((role): Party => ({ kind: "role", role }));

export const STARTERS = {
  "one-person": {
    title: "One person",
    text: "One person decides alone, also on what they asked for themselves.",
    asks: ["person"],
    requesterMaySign: true,
    stages: (parties) => [[{ count: 1, from: parties }]],
  },
  "four-eyes": {
    title: "Four eyes",
    text: "Any two people of the organisation sign. The person who asked may be one of them.",
    asks: [],
    requesterMaySign: true,
    stages: () => [[{ count: 2, from: EVERYONE }]],
  },
  "two-of-a-group": {
    title: "Two of a group",
    text: "Two people of one group sign, but not the person who asked.",
    asks: ["group"],
    requesterMaySign: false,
    stages: (parties) => [[{ count: 2, from: parties }]],
  },
  "two-groups": {
    title: "Two groups",
    text: "One person of each of two groups signs, in any order, but not the person who asked.",
    asks: ["group", "group"],
    requesterMaySign: false,
    stages: (parties) => [parties.map((one) => ({ count: 1, from: [one] }))],
  },
  staged: {
    title: "In stages",
    text: "One person of the first group signs, then one of the second, but not the person who asked.",
    asks: ["group", "group"],
    requesterMaySign: false,
    stages: (parties) => parties.map((one) => [{ count: 1, from: [one] }]),
  },
} as const satisfies Readonly<Record<string, Starter>>;

export type StarterName = keyof typeof STARTERS;

export function isStarter(name: string): name is StarterName {
  return Object.hasOwn(STARTERS, name);
}

/** A complete policy. Its minimum is all who must sign, so an escalation to fewer people needs a lower one first. */
export function policyFromStarter(
  starter: StarterName,
  name: string,
  parties: readonly Party[],
): Result<PolicyDocument> {
  const { asks, requesterMaySign, stages }: Starter = STARTERS[starter];
  const isComplete =
    parties.length === asks.length && parties.every(({ kind }, place) => kind === asks[place]);
  if (!isComplete)
    return refuse("policy_invalid", `needs ${asks.length === 0 ? "no party" : asks.join(" and ")}`);
  const needs = stages(parties);
  return parsePolicyDocument({
    v: 1,
    kind: "countersign/policy-document",
    name,
    stages: needs.map((each) => ({ name: "", needs: each })),
    escalations: [],
    minimum: needs.flat().reduce((sum, { count }) => sum + count, 0),
    excludeRequester: !requesterMaySign,
    rejection: "first",
    breakGlass: [],
    authenticator: "any",
    expiresInSeconds: null,
    executeWithinSeconds: null,
    quietHours: "kept",
  });
}
