import { canonicalText } from "../../encoding/jcs.ts";
import type { JsonObject } from "../../encoding/strict-json.ts";
import { NAMED_PERSON } from "../../policy/document-name.ts";
import { groupNamesOf, type PolicyDocument } from "../../policy/policy-document.ts";
import { singleApproverPolicy, type Chosen, type Policy } from "../../policy/policy.ts";
import { resolvePolicy } from "../../policy/resolve-policy.ts";
import { requestFacts, type FactSource } from "../../rules/request-facts.ts";
import type { RulesDocument } from "../../rules/rules-document.ts";
import { isChange } from "../../stream/change-format.ts";
import { mayDecide } from "../../stream/directory.ts";
import { groupsByName } from "../../stream/rulebook.ts";
import type { Failure } from "../check.ts";
import type { SignedRecord } from "../receipt.ts";
import { isBackdated } from "../../stream/clock-slack.ts";
import { lastAround } from "./changes-to-prove.ts";
import type { PastDirectories, PastDirectory } from "./past-directories.ts";

// Whether a request's policy is the one that the sealed rules demanded. The statement has all that the rules look at, so
// the choice is made again: with the rules, policies, groups and people that were in force when it was asked.

export interface ChoiceFinding {
  readonly failure: Failure;
  /** Why the choice can't be made again; undefined if it was, or if it failed. */
  readonly open: string | undefined;
}

const RIGHT: ChoiceFinding = { failure: undefined, open: undefined };

/** `past` has every change up to the record. */
export async function judgeChoice(signed: SignedRecord, past: PastDirectories): Promise<ChoiceFinding> {
  const { record, evidence } = signed;
  const { policy, payload } = evidence;
  const [first] = evidence.signers;
  // Who must sign a change of the directory follows from the change.
  if (first === undefined || record.type !== "decision" || (payload !== null && isChange(payload)))
    return RIGHT;
  const last = record.body.directory.seq;
  const { outcome, mode } = record.body;
  // The console's test requests and drills are not made under the rules, and decide nothing real.
  if (mode === "test" && (policy === null || policy.chosen === null)) return RIGHT;
  if (policy === null || policy.chosen === null) {
    const failure = policy === null ? namedFailure(first.statement, past, last) : NOT_SAID;
    const mayBeChange = payload === null && outcome !== "approved" && outcome !== "break-glass";
    return failure !== undefined && mayBeChange
      ? open("it may be a change of the directory")
      : wrong(failure);
  }
  const asked = { policy, chosen: policy.chosen, source: first.statement, payload };
  const state = past.after(asked.chosen.seq);
  if (state === undefined || state.seq > last)
    return wrong(
      `its policy was chosen with record ${asked.chosen.seq}, which is no change of the directory before it`,
    );
  const failure =
    timeFailure(asked, state, past.between(state.seq, last)) ?? resolvedFailure(asked, state, past);
  return failure === undefined ? judgeRules(asked, state) : wrong(failure);
}

const NOT_SAID = "its policy does not say how it was chosen";

function wrong(failure: Failure): ChoiceFinding {
  return { failure, open: undefined };
}

function open(why: string): ChoiceFinding {
  return { failure: undefined, open: `the content is withheld, and ${why}` };
}

/** A request with what chose its policy. */
interface Asked {
  readonly policy: Policy;
  readonly chosen: Chosen;
  readonly source: FactSource;
  readonly payload: JsonObject | null;
}

/** One person may decide without a policy only where no rules say otherwise. */
function namedFailure({ created }: FactSource, past: PastDirectories, last: number): Failure {
  const changes = past
    .between(-1, last)
    .filter(({ type }) => type === "stream.created" || type === "rules.changed");
  return lastAround(changes, created).some(({ rulebook }) => rulebook.rules.size === 0)
    ? undefined
    : "the person whom the request names decided without a policy, although rules were in force";
}

/** The directory that it was chosen with must be the one of that time. */
function timeFailure(
  { source, chosen }: Asked,
  { seq, at, rulebook }: PastDirectory,
  later: readonly PastDirectory[],
): Failure {
  const created = Date.parse(source.created);
  if (isBackdated(source.created, Date.parse(at)))
    return `its policy was chosen with record ${seq}, which was sealed only after the request`;
  const missed = later.find((one) => one.isOther && isBackdated(one.at, created));
  if (missed?.type === "rules.changed")
    return `its policy was chosen by older rules than those of record ${missed.seq}, which were in force by then`;
  if (missed !== undefined)
    return `its policy was chosen without record ${missed.seq} (${missed.type}), which was in force by then`;
  const [inForce = null] = rulebook.rules.keys();
  if (chosen.rules === inForce) return undefined;
  return chosen.rules === null
    ? "its policy was chosen as if there were no rules, although rules were in force"
    : "the rules that chose its policy were not in force";
}

/** The policy of the request must be what its document means with the groups and people of that time. */
function resolvedFailure(asked: Asked, state: PastDirectory, past: PastDirectories): Failure {
  const { policy, chosen } = asked;
  if (chosen.document === null) return personFailure(asked, past);
  const version = state.rulebook.policies.get(chosen.document);
  if (version === undefined) return "the version of the policy that it was asked under was not in force";
  if (version === null) return `the file leaves out the policy “${policy.name}” that was in force`;
  const groups = groupsFailure(asked, version, state);
  if (groups !== undefined) return groups;
  const organisation = { groups: groupsByName(state.rulebook), members: past.membersAfter(state.seq) };
  const resolved = resolvePolicy(version, organisation, asked.source.requester.person, chosen);
  if (!resolved.ok)
    return `nobody could ask under the policy “${version.name}”: it ${resolved.refusal.detail}`;
  return canonicalText(resolved.value) === canonicalText(policy)
    ? undefined
    : `its people or terms are not those of the policy “${version.name}” at that time`;
}

function groupsFailure({ chosen }: Asked, version: PolicyDocument, { rulebook }: PastDirectory): Failure {
  if (chosen.groups.some((hash) => !rulebook.groups.has(hash)))
    return `the policy “${version.name}” was resolved with a version of a group that was not in force`;
  const known = chosen.groups.flatMap((hash) => rulebook.groups.get(hash)?.name ?? []);
  if (known.length < chosen.groups.length)
    return `the file leaves out a group of the policy “${version.name}” that was in force`;
  return canonicalText(known.toSorted()) === canonicalText([...groupNamesOf(version)].toSorted())
    ? undefined
    : `the policy “${version.name}” was resolved with other groups than it names`;
}

/** The person whom the request names, who must have been somebody that may decide. */
function personFailure({ policy, chosen }: Asked, past: PastDirectories): Failure {
  const [person = ""] = policy.stages[0]?.needs[0]?.of ?? [];
  const expected = { ...singleApproverPolicy(person), chosen };
  if (canonicalText(expected) !== canonicalText(policy) || chosen.groups.length > 0)
    return "it does not ask exactly the person whom the request names";
  const member = past.membersAfter(chosen.seq).get(person);
  return member !== undefined && member.removed !== true && mayDecide(member)
    ? undefined
    : "the person whom the request names could not decide";
}

async function judgeRules({ policy, chosen, source, payload }: Asked, state: PastDirectory) {
  const name = chosen.document === null ? NAMED_PERSON : policy.name;
  if (chosen.rules === null)
    return wrong(chosen.rule === "" ? undefined : "it names a rule, although no rules were in force");
  const rules = state.rulebook.rules.get(chosen.rules);
  if (rules === undefined || rules === null) return wrong("the file leaves out the rules that were in force");
  if (payload === null) return judgeWithheld(rules, chosen.rule, name);
  // Loaded where rules are judged: the pages that verify receipts do without until then.
  const { chooseRule } = await import("../../rules/choose-rule.ts");
  const demanded = chooseRule(rules, requestFacts(source, payload));
  if (demanded.policies.length === 0) return wrong(`${demanded.problem}, so nobody could ask for it`);
  return wrong(
    demanded.rule === chosen.rule
      ? allowedFailure(demanded.rule, demanded.policies, name)
      : `the rules put it under ${ruleText(demanded.rule)}, but its policy was chosen by ${ruleText(chosen.rule)}`,
  );
}

/** Without the content nobody can say which rule it falls under, but what the named rule allows is known. */
function judgeWithheld({ rules, otherwise }: RulesDocument, rule: string, name: string): ChoiceFinding {
  const policies = rule === "" ? otherwise : rules.find((one) => one.name === rule)?.policies;
  if (policies === undefined) return wrong(`the rules have no rule “${rule}”`);
  const failure = allowedFailure(rule, policies, name);
  if (failure !== undefined || rules.length === 0) return wrong(failure);
  return open(`the rules look at it, so whether it falls under ${ruleText(rule)} can't be computed`);
}

function allowedFailure(rule: string, policies: readonly string[], name: string): Failure {
  if (policies.includes(name)) return undefined;
  const demanded = policies.map((each) => (each === NAMED_PERSON ? "one named person" : `“${each}”`));
  const used = name === NAMED_PERSON ? "one named person decided" : `the policy “${name}” was used`;
  return `${ruleText(rule)} demands ${demanded.join(" or ")}, but ${used}`;
}

function ruleText(rule: string): string {
  return rule === "" ? "no rule" : `the rule “${rule}”`;
}
