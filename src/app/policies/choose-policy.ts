import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { NAMED_PERSON } from "../../core/policy/document-name.ts";
import {
  canStillBeMet,
  everyoneIn,
  singleApproverPolicy,
  type Chosen,
  type Policy,
} from "../../core/policy/policy.ts";
import { resolvePolicy } from "../../core/policy/resolve-policy.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { chooseRule, type Choice } from "../../core/rules/choose-rule.ts";
import { requestFacts } from "../../core/rules/request-facts.ts";
import { mayDecide, type Directory, type Member } from "../../core/stream/directory.ts";
import { groupsByName, policiesByName, rulesInForce } from "../../core/stream/rulebook.ts";
import { areRulesInForce } from "../../store/stream/directory-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester, RequestProject } from "../account/principal.ts";
import { isoTime, type Runtime } from "../runtime.ts";
import { directoryForChoice, type SealedDirectory } from "./directory-for-choice.ts";

// Which policy a request falls under. The rules in force say which it may use; people, groups and roles are resolved to
// people here, once. An audit computes the same from the sealed changes and the signed statement.

export interface Asking {
  readonly project: RequestProject;
  readonly requester: Requester;
  readonly action: string;
  readonly payload: CanonicalPayload;
  /** The person whom the request names, and the policy. */
  readonly username: string | null;
  readonly policy: string | null;
  readonly createdAt: number;
}

export interface PolicyChoice {
  readonly approver: { readonly username: string } | Policy;
  /** Which rule led to it. */
  readonly rule: Choice;
  /** The last change of the directory that it rests on; null for a person where there are no rules. */
  readonly directory: number | null;
}

/** Without rules a request may name a person, or any policy. */
export async function choosePolicy(
  runtime: Runtime,
  store: TenantStore,
  asking: Asking,
): Promise<Result<PolicyChoice>> {
  if (asking.policy === null && asking.username !== null && !(await areRulesInForce(store)))
    return accept({ approver: { username: asking.username }, rule: WITHOUT_RULES, directory: null });
  const known = await directoryForChoice(runtime, store);
  return known.ok ? choosePolicyIn(known.value, asking).choice : known;
}

/** What the rules of this directory say, also where they let the request use nothing. */
export function choosePolicyIn(
  known: SealedDirectory,
  asking: Asking,
): { readonly rule: Choice; readonly choice: Result<PolicyChoice> } {
  const rules = rulesInForce(known.directory.rulebook);
  const rule =
    rules === undefined
      ? WITHOUT_RULES
      : chooseRule(
          rules.document,
          requestFacts({ ...asking, created: isoTime(asking.createdAt) }, asking.payload.value),
        );
  const name = policyName(asking, rules === undefined ? null : rule);
  return { rule, choice: name.ok ? choiceOfName(known, asking, rule, name.value) : name };
}

function choiceOfName(
  known: SealedDirectory,
  asking: Asking,
  rule: Choice,
  name: string,
): Result<PolicyChoice> {
  if (name !== NAMED_PERSON) return chosenDocument(known, asking, rule, name);
  const username = asking.username ?? "";
  const { directory, seq } = known;
  if (rulesInForce(directory.rulebook) === undefined)
    return accept({ approver: { username }, rule, directory: null });
  const person = memberNamed(directory, username);
  // Nobody by this name can sign: the request is refused as it is without rules.
  if (person === undefined) return accept({ approver: { username }, rule, directory: seq });
  const chosen = { ...choiceOf(known, rule), document: null, groups: [] };
  return accept({ approver: { ...singleApproverPolicy(person.id), chosen }, rule, directory: seq });
}

const WITHOUT_RULES: Choice = { rule: "", policies: [NAMED_PERSON], judged: true, problem: "" };

/** The name of the policy that the request uses; NAMED_PERSON if its person decides alone. */
function policyName({ policy, username }: Asking, rule: Choice | null): Result<string> {
  if (rule?.policies.length === 0)
    return refuse("rules_too_costly", `${rule.problem}; ${SEND_LESS}`, "/payload");
  if (policy !== null) {
    if (rule === null ? policy === NAMED_PERSON : !rule.policies.includes(policy))
      return notAllowed(policy, rule);
    if (policy === NAMED_PERSON && username === null) return noPerson();
    return accept(policy);
  }
  const allowed = (rule ?? WITHOUT_RULES).policies;
  const usable = allowed.find((name) => name !== NAMED_PERSON || username !== null);
  return usable === undefined ? noPerson() : accept(usable);
}

const SEND_LESS = "send a smaller one, or split the request";

function noPerson() {
  return refuse("validation_failed", "is required, because no policy names the approvers", "/username");
}

function notAllowed(policy: string, rule: Choice | null) {
  const allowed = rule === null ? "" : `; it may use ${rule.policies.join(" or ")}`;
  return refuse(
    "policy_not_allowed",
    `the rules do not let this request use the policy “${policy}”${allowed}`,
    "/policy",
  );
}

function chosenDocument(
  known: SealedDirectory,
  { requester }: Asking,
  rule: Choice,
  name: string,
): Result<PolicyChoice> {
  const { directory, seq } = known;
  const document = policiesByName(directory.rulebook).get(name);
  if (document === undefined)
    return refuse("validation_failed", `there is no policy “${name}”; check its name`, "/policy");
  const groups = groupsByName(directory.rulebook);
  const organisation = { groups, members: directory.members };
  const policy = resolvePolicy(document, organisation, requester.person, choiceOf(known, rule));
  if (!policy.ok) return policy;
  const waiting = new Set([...everyoneIn(policy.value)].filter((id) => !canSign(directory, id)));
  if (!canStillBeMet(policy.value, new Map(), waiting, requester.person))
    return refuse(
      "policy_unmeetable",
      `too few people of the policy “${name}” have an active passkey; ask again when more of them do`,
    );
  return accept({ approver: policy.value, rule, directory: seq });
}

function memberNamed({ members, passkeys }: Directory, username: string): Member | undefined {
  const member = [...members.values()].find((one) => one.username === username && one.removed !== true);
  return member !== undefined && mayDecide(member) && canSign({ passkeys }, member.id) ? member : undefined;
}

function canSign({ passkeys }: Pick<Directory, "passkeys">, id: string): boolean {
  return [...passkeys.values()].some(({ person, revokedAt }) => person === id && revokedAt === null);
}

function choiceOf(
  { directory, seq }: SealedDirectory,
  { rule }: Choice,
): Pick<Chosen, "seq" | "rules" | "rule"> {
  return { seq, rules: rulesInForce(directory.rulebook)?.hash ?? null, rule };
}
