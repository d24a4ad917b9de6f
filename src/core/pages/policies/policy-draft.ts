import {
  leastPeople,
  parsePolicyDocument,
  type DocumentNeed,
  type PolicyDocument,
} from "../../policy/policy-document.ts";
import { spanText, type Usernames } from "../../policy/policy-sentence.ts";
import { STARTERS, type StarterName } from "../../policy/policy-starters.ts";
import { refuse, type Result } from "../../refusal.ts";
import { partyFromKey, partyKey } from "./party-key.ts";
import { readSpan, SPAN_RULE } from "./span-field.ts";

// A policy while somebody edits it in a form: texts as they were typed. It may be wrong or incomplete.

export interface NeedDraft {
  readonly count: string;
  /** Keys of parties. */
  readonly from: readonly string[];
}

export interface StageDraft {
  readonly name: string;
  readonly needs: readonly NeedDraft[];
}

export interface EscalationDraft {
  readonly after: string;
  /** From 1. */
  readonly stage: string;
  readonly needs: readonly NeedDraft[];
}

export interface PolicyDraft {
  readonly name: string;
  readonly stages: readonly StageDraft[];
  readonly escalations: readonly EscalationDraft[];
  /** Empty: as many as the policy asks for at least. */
  readonly minimum: string;
  readonly excludeRequester: boolean;
  readonly rejection: PolicyDocument["rejection"];
  readonly breakGlass: readonly string[];
  readonly authenticator: PolicyDocument["authenticator"];
  /** Empty: no limit of its own. */
  readonly expires: string;
  readonly within: string;
  readonly quietHours: PolicyDocument["quietHours"];
}

export const NEW_NEED: NeedDraft = { count: "1", from: [] };
const NEW_STAGE: StageDraft = { name: "", needs: [NEW_NEED] };
export const NEW_POLICY: PolicyDraft = {
  name: "",
  stages: [NEW_STAGE],
  escalations: [],
  minimum: "",
  excludeRequester: true,
  rejection: "first",
  breakGlass: [],
  authenticator: "any",
  expires: "",
  within: "",
  quietHours: "kept",
};

export function draftOfPolicy(policy: PolicyDocument): PolicyDraft {
  const spanOf = (seconds: number | null) => (seconds === null ? "" : spanText(seconds));
  return {
    ...policy,
    stages: policy.stages.map(({ name, needs }) => ({ name, needs: needs.map(draftOfNeed) })),
    escalations: policy.escalations.map(({ afterSeconds, stage, needs }) => ({
      after: spanText(afterSeconds),
      stage: String(stage),
      needs: needs.map(draftOfNeed),
    })),
    minimum: policy.minimum === leastPeople(policy) ? "" : String(policy.minimum),
    breakGlass: policy.breakGlass.map(partyKey),
    expires: spanOf(policy.expiresInSeconds),
    within: spanOf(policy.executeWithinSeconds),
  };
}

/** The parties that it asks for are still to be chosen. */
export function draftOfStarter(starter: StarterName): PolicyDraft {
  const { stages, asks, requesterMaySign } = STARTERS[starter];
  const open = asks.map(() => ({ kind: "group", name: "" }) as const);
  return {
    ...NEW_POLICY,
    excludeRequester: !requesterMaySign,
    stages: stages(open).map((needs) => ({ name: "", needs: needs.map(draftOfNeed) })),
  };
}

function draftOfNeed({ count, from }: DocumentNeed): NeedDraft {
  const chosen = from.filter((one) => one.kind !== "group" || one.name !== "");
  return { count: String(count), from: chosen.map(partyKey) };
}

/** The document, or the first thing that is wrong, by the pointer that is also the name of its field. */
export function policyOfDraft(draft: PolicyDraft, usernames: Usernames): Result<PolicyDocument> {
  const wrong = wrongField(draft);
  if (wrong !== undefined) return wrong;
  const needsOf = (needs: readonly NeedDraft[]) =>
    needs.map(({ count, from }) => ({ count: Number(count), from: partiesOf(from, usernames) }));
  const spanOf = (text: string) => (text.trim() === "" ? null : (readSpan(text) ?? 0));
  const policy: PolicyDocument = {
    v: 1,
    kind: "countersign/policy-document",
    name: draft.name.trim(),
    stages: draft.stages.map(({ name, needs }) => ({ name: name.trim(), needs: needsOf(needs) })),
    escalations: draft.escalations.map(({ after, stage, needs }) => ({
      afterSeconds: readSpan(after) ?? 0,
      stage: Number(stage),
      needs: needsOf(needs),
    })),
    minimum: 1,
    excludeRequester: draft.excludeRequester,
    rejection: draft.rejection,
    breakGlass: partiesOf(draft.breakGlass, usernames),
    authenticator: draft.authenticator,
    expiresInSeconds: spanOf(draft.expires),
    executeWithinSeconds: spanOf(draft.within),
    quietHours: draft.quietHours,
  };
  const minimum = draft.minimum.trim() === "" ? leastPeople(policy) : Number(draft.minimum);
  return parsePolicyDocument({ ...policy, minimum });
}

function partiesOf(keys: readonly string[], usernames: Usernames) {
  return keys.flatMap((key) => partyFromKey(key, usernames) ?? []);
}

function wrongField(draft: PolicyDraft): ReturnType<typeof refuse> | undefined {
  const checks: readonly (readonly [isWrong: boolean, at: string, detail: string])[] = [
    [draft.name.trim() === "", "/name", "is required"],
    ...draft.stages.flatMap(({ needs }, place) => needChecks(needs, `/stages/${place}`)),
    ...draft.escalations.flatMap(({ after, needs }, place) => [
      [readSpan(after) === undefined, `/escalations/${place}/afterSeconds`, SPAN_RULE] as const,
      ...needChecks(needs, `/escalations/${place}`),
    ]),
    [draft.minimum.trim() !== "" && !isNumber(draft.minimum), "/minimum", NUMBER_RULE],
    [isWrongSpan(draft.expires), "/expiresInSeconds", SPAN_RULE],
    [isWrongSpan(draft.within), "/executeWithinSeconds", SPAN_RULE],
  ];
  const wrong = checks.find(([isWrong]) => isWrong);
  return wrong && refuse("policy_invalid", wrong[2], wrong[1]);
}

const NUMBER_RULE = "must be a whole number";

function needChecks(needs: readonly NeedDraft[], at: string) {
  return needs.flatMap(({ count, from }, place) => [
    [!isNumber(count), `${at}/needs/${place}/count`, NUMBER_RULE] as const,
    [from.length === 0, `${at}/needs/${place}/from`, "has nobody; choose at least one"] as const,
  ]);
}

function isNumber(text: string): boolean {
  return /^\d{1,3}$/.test(text.trim());
}

function isWrongSpan(text: string): boolean {
  return text.trim() !== "" && readSpan(text) === undefined;
}

export function withStage(draft: PolicyDraft): PolicyDraft {
  return { ...draft, stages: [...draft.stages, NEW_STAGE] };
}

/** Of the last stage. */
export function withEscalation(draft: PolicyDraft): PolicyDraft {
  const escalation = { after: "30 min", stage: String(draft.stages.length), needs: [NEW_NEED] };
  return { ...draft, escalations: [...draft.escalations, escalation] };
}
