import { RULE_POLICIES_MAX, RULES_MAX, type RulesDocument } from "../../rules/rules-document.ts";
import { NAMED_PERSON } from "../../policy/document-name.ts";
import { changedAt, eachIn, listIn, textIn, without, type FormValues, type Step } from "./form-values.ts";

// The rules while somebody edits them in a form. They may be wrong or incomplete.

export interface RuleDraft {
  readonly name: string;
  readonly when: string;
  /** In order. */
  readonly policies: readonly string[];
}

export interface RulesDraft {
  readonly rules: readonly RuleDraft[];
  readonly otherwise: readonly string[];
}

const NEW_RULE: RuleDraft = { name: "", when: "", policies: [] };

/** Nothing is different from an organisation without rules, until one is added. */
export const NEW_RULES: RulesDraft = { rules: [], otherwise: [NAMED_PERSON] };

/** The document still has to be checked. */
export function rulesOfDraft({ rules, otherwise }: RulesDraft): RulesDocument {
  return {
    v: 1,
    kind: "countersign/rules",
    rules: rules.map(({ name, when, policies }) => ({ name: name.trim(), when: when.trim(), policies })),
    otherwise,
  };
}

export function readRulesForm(values: FormValues): RulesDraft {
  return {
    rules: eachIn(
      values,
      (place) => `/rules/${place}/name`,
      RULES_MAX,
      (place) => ({
        name: textIn(values, `/rules/${place}/name`),
        when: textIn(values, `/rules/${place}/when`),
        policies: policiesIn(values, `/rules/${place}/policies`),
      }),
    ),
    otherwise: policiesIn(values, "/otherwise"),
  };
}

/** A select with nothing chosen sends an empty text. */
function policiesIn(values: FormValues, name: string): readonly string[] {
  return listIn(values, name)
    .filter((policy) => policy !== "")
    .slice(0, RULE_POLICIES_MAX);
}

/** After a button that adds, moves or removes a rule. */
export function changeRulesDraft(draft: RulesDraft, { what, places: [place = 0] }: Step): RulesDraft {
  const { rules } = draft;
  switch (what) {
    case "add-rule":
      return { ...draft, rules: [...rules, NEW_RULE] };
    case "remove-rule":
      return { ...draft, rules: without(rules, place) };
    case "rule-up":
      return { ...draft, rules: swapped(rules, place - 1) };
    case "rule-down":
      return { ...draft, rules: swapped(rules, place) };
    default:
      return draft;
  }
}

/** The rule at this place and the one after it. */
function swapped(rules: readonly RuleDraft[], place: number): readonly RuleDraft[] {
  const [one, other] = [rules[place], rules[place + 1]];
  if (one === undefined || other === undefined) return rules;
  return changedAt(
    changedAt(rules, place, () => other),
    place + 1,
    () => one,
  );
}
