import { POLICY_MAX_ESCALATIONS, POLICY_MAX_NEEDS, POLICY_MAX_STAGES } from "../../policy/policy.ts";
import { changedAt, eachIn, listIn, textIn, without, type FormValues, type Step } from "./form-values.ts";
import {
  NEW_NEED,
  withEscalation,
  withStage,
  type EscalationDraft,
  type NeedDraft,
  type PolicyDraft,
  type StageDraft,
} from "./policy-draft.ts";

// The form of a policy: what was typed, and what its buttons do with it.

export function readPolicyForm(values: FormValues): PolicyDraft {
  const text = (name: string) => textIn(values, name);
  return {
    name: text("/name"),
    stages: eachIn(
      values,
      (place) => `/stages/${place}/name`,
      POLICY_MAX_STAGES,
      (place): StageDraft => ({
        name: text(`/stages/${place}/name`),
        needs: needsIn(values, `/stages/${place}`),
      }),
    ),
    escalations: eachIn(
      values,
      (place) => `/escalations/${place}/afterSeconds`,
      POLICY_MAX_ESCALATIONS,
      (place): EscalationDraft => ({
        after: text(`/escalations/${place}/afterSeconds`),
        stage: text(`/escalations/${place}/stage`) || "1",
        needs: needsIn(values, `/escalations/${place}`),
      }),
    ),
    minimum: text("/minimum"),
    excludeRequester: text("/excludeRequester") === "yes",
    rejection: text("/rejection") === "impossible" ? "impossible" : "first",
    breakGlass: listIn(values, "/breakGlass"),
    authenticator: text("/authenticator") === "device-bound" ? "device-bound" : "any",
    expires: text("/expiresInSeconds"),
    within: text("/executeWithinSeconds"),
    quietHours: text("/quietHours") === "overridden" ? "overridden" : "kept",
  };
}

function needsIn(values: FormValues, at: string): readonly NeedDraft[] {
  return eachIn(
    values,
    (place) => `${at}/needs/${place}/count`,
    POLICY_MAX_NEEDS,
    (place) => ({
      count: textIn(values, `${at}/needs/${place}/count`),
      from: listIn(values, `${at}/needs/${place}/from`),
    }),
  );
}

/** After a button that adds or removes something. A button that only shows the policy changes nothing. */
export function changePolicyDraft(draft: PolicyDraft, { what, places: [place, need] }: Step): PolicyDraft {
  const add = <Owner extends { readonly needs: readonly NeedDraft[] }>(owner: Owner): Owner => ({
    ...owner,
    needs: [...owner.needs, NEW_NEED],
  });
  const drop = <Owner extends { readonly needs: readonly NeedDraft[] }>(owner: Owner): Owner => ({
    ...owner,
    needs: without(owner.needs, need),
  });
  const { stages, escalations } = draft;
  switch (what) {
    case "add-stage":
      return withStage(draft);
    case "remove-stage":
      return withoutStage(draft, place ?? 0);
    case "add-stage-need":
      return { ...draft, stages: changedAt(stages, place, add) };
    case "remove-stage-need":
      return { ...draft, stages: changedAt(stages, place, drop) };
    case "add-escalation":
      return withEscalation(draft);
    case "remove-escalation":
      return { ...draft, escalations: without(escalations, place) };
    case "add-escalation-need":
      return { ...draft, escalations: changedAt(escalations, place, add) };
    case "remove-escalation-need":
      return { ...draft, escalations: changedAt(escalations, place, drop) };
    default:
      return draft;
  }
}

/** Its escalations go with it, and those of later stages move up. */
function withoutStage(draft: PolicyDraft, place: number): PolicyDraft {
  const number = place + 1;
  return {
    ...draft,
    stages: without(draft.stages, place),
    escalations: draft.escalations
      .filter(({ stage }) => Number(stage) !== number)
      .map((each) =>
        Number(each.stage) > number ? { ...each, stage: String(Number(each.stage) - 1) } : each,
      ),
  };
}
