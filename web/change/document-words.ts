import { NAMED_PERSON } from "../../src/core/policy/document-name.ts";
import type { GroupDocument } from "../../src/core/policy/group-document.ts";
import type { PolicyDocument } from "../../src/core/policy/policy-document.ts";
import { documentSentence } from "../../src/core/policy/policy-sentence.ts";
import type { Line } from "../../src/core/display/show.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import type { RulesDocument } from "../../src/core/rules/rules-document.ts";
import type { Change } from "../../src/core/stream/change-format.ts";
import type { Effect } from "../decision/outcome.ts";

// What a change of a group, of a policy or of the rules means, compared with the version that it replaces.

export interface ChangeWords {
  readonly question: RichText;
  /** What follows from signing, in one sentence. */
  readonly effect: RichText;
  /** The words of the two buttons. */
  readonly yes: string;
  readonly no: string;
  readonly outcome: Effect;
  /** A passkey to compare, and how. */
  readonly compare?: { readonly fingerprint: string; readonly how: RichText };
  /** What these words can't say: it is drawn value by value. */
  readonly inFull?: readonly Line[];
  /** A version of a document beside the one that it replaces. */
  readonly comparison?: Comparison;
}

/** The version that a change replaces, already compared with the hash in the change; null if it replaces none. */
export type Replaced = GroupDocument | PolicyDocument | RulesDocument | null;

export type Comparison =
  | { readonly kind: "sentences"; readonly before: string | null; readonly after: string | null }
  | {
      readonly kind: "members";
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly kept: readonly string[];
    }
  | {
      readonly kind: "rules";
      readonly rules: readonly ComparedRule[];
      readonly removed: readonly Rule[];
      readonly otherwise: { readonly before: string | null; readonly after: string };
    };

export interface Rule {
  readonly name: string;
  /** The expression. */
  readonly when: string;
  readonly policies: string;
}

export interface ComparedRule extends Rule {
  readonly mark: "new" | "changed" | "moved" | "same";
  /** As it was; null for a new one. */
  readonly before: Rule | null;
  /** Its place before, counted from 1; 0 for a new one. */
  readonly from: number;
}

type Of<Kind extends Change["change"]> = Extract<Change, { readonly change: Kind }>;

export function groupWords({ name, group }: Of<"group.changed">, replaced: Replaced): ChangeWords {
  const before = replaced as GroupDocument | null;
  const [old, fresh] = [before, group].map((each) => each?.members.map(({ username }) => username) ?? []);
  const [had, has] = [new Set(old), new Set(fresh)];
  const thing = { exact: name };
  const words = wordsOfVersion(before, group, "group", [" “", thing, "”"]);
  return {
    ...words,
    effect: [
      group === null
        ? "No policy names it."
        : "New requests that ask this group ask these people. Requests that wait keep their people.",
    ],
    comparison: {
      kind: "members",
      added: [...has].filter((one) => !had.has(one)),
      removed: [...had].filter((one) => !has.has(one)),
      kept: [...has].filter((one) => had.has(one)),
    },
  };
}

export function policyWords({ name, policy }: Of<"policy.changed">, replaced: Replaced): ChangeWords {
  const before = replaced as PolicyDocument | null;
  return {
    ...wordsOfVersion(before, policy, "policy", [" “", { exact: name }, "”"]),
    effect: [
      policy === null
        ? "No rule names it."
        : "New requests under this policy need these signatures. Requests that wait keep their policy.",
    ],
    comparison: {
      kind: "sentences",
      before: before && documentSentence(before),
      after: policy && documentSentence(policy),
    },
  };
}

export function rulesWords({ rules }: Of<"rules.changed">, replaced: Replaced): ChangeWords {
  const before = replaced as RulesDocument | null;
  const words = wordsOfVersion(before, rules, "rules", [" that choose the policy of a request"]);
  if (rules === null)
    return { ...words, effect: ["New requests may then name any policy, or one person who decides alone."] };
  return {
    ...words,
    effect: ["The first rule that matches a new request says which policies it may use."],
    comparison: comparedRules(before, rules),
  };
}

function comparedRules(before: RulesDocument | null, { rules, otherwise }: RulesDocument): Comparison {
  const old = before?.rules.map(ruleOf) ?? [];
  // A rule keeps its place if the rules that were before it and are still there are the same.
  const kept = old.filter(({ name }) => rules.some((rule) => rule.name === name)).map(({ name }) => name);
  const still = rules.filter(({ name }) => kept.includes(name)).map(({ name }) => name);
  const compared = rules.map(ruleOf).map((rule): ComparedRule => {
    const from = old.findIndex(({ name }) => name === rule.name) + 1;
    const was = old[from - 1] ?? null;
    if (was === null) return { ...rule, mark: "new", before: null, from };
    const isSame = was.when === rule.when && was.policies === rule.policies;
    const isMoved = kept.indexOf(rule.name) !== still.indexOf(rule.name);
    return { ...rule, mark: isSame ? (isMoved ? "moved" : "same") : "changed", before: was, from };
  });
  return {
    kind: "rules",
    rules: compared,
    removed: old.filter(({ name }) => !kept.includes(name)),
    otherwise: { before: before && policiesText(before.otherwise), after: policiesText(otherwise) },
  };
}

function ruleOf({ name, when, policies }: RulesDocument["rules"][number]): Rule {
  return { name, when, policies: policiesText(policies) };
}

/** In the order in which they are tried. */
function policiesText(policies: readonly string[]): string {
  return policies
    .map((name) => (name === NAMED_PERSON ? "the person whom the request names" : name))
    .join(", or ");
}

/** The same words for all kinds: whether it begins, changes or ends. */
function wordsOfVersion(
  before: Replaced,
  after: object | null,
  noun: string,
  rest: ChangeWords["question"],
): Pick<ChangeWords, "question" | "yes" | "no" | "outcome"> {
  const [verb, done] =
    after === null ? ["Remove", "removed"] : before === null ? ["Create", "created"] : ["Change", "changed"];
  const areMany = noun === "rules";
  const are = areMany ? "are" : "is";
  return {
    question: [`${verb} the ${noun}`, ...rest, "?"],
    yes: `${verb} the ${noun}`,
    no: areMany && before !== null ? "Keep them" : `Don't ${verb.toLowerCase()} ${areMany ? "them" : "it"}`,
    outcome: {
      approved: `The ${noun} ${are} ${done}.`,
      not:
        before === null
          ? `The ${noun} ${are} not created.`
          : `The ${noun} ${areMany ? "stay as they were" : "stays as it was"}.`,
    },
  };
}
