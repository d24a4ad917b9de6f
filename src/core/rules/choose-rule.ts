import type { JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { stepsOf } from "./expression-tree.ts";
import { checkExpression, reasonOf } from "./expression.ts";
import type { RequestFacts } from "./request-facts.ts";
import { parseRules, type RulesDocument } from "./rules-document.ts";

// Which rule a request falls under. An expression that can't be judged on the request counts as matched: leaving
// the amount out, or writing it as a text, must not lead past the rule for large amounts. If the content is so large
// that nobody can say which rule it falls under, it may use no policy at all.

/** For all rules together. One step takes at most some 100 ns. */
export const CHOICE_MAX_STEPS = 1_000_000;

export const TOO_LARGE = "the content is too large for the organisation's rules";

export interface Choice {
  /** The name of the rule that matched, or "" if none did. */
  readonly rule: string;
  /** What the request may use, the first one preferred. Empty if judging the rules takes too many steps. */
  readonly policies: readonly string[];
  /** False if the rule matched because its expression could not be judged, or if nobody can say which rule matches. */
  readonly judged: boolean;
  /** Why it could not be judged; "" otherwise. */
  readonly problem: string;
}

export function chooseRule({ rules, otherwise }: RulesDocument, facts: RequestFacts): Choice {
  let left = CHOICE_MAX_STEPS;
  for (const { name: rule, when, policies } of rules) {
    const checked = checkExpression(when);
    if (!checked.ok) return { rule, policies, judged: false, problem: checked.refusal.detail };
    left -= stepsOf(checked.value.cost, facts);
    // Not matched: padding the content would otherwise lead to a laxer rule than the one that was not reached.
    if (left < 0) return { rule, policies: [], judged: false, problem: TOO_LARGE };
    try {
      const value = checked.value.run(facts);
      if (value === true) return { rule, policies, judged: true, problem: "" };
      if (value !== false) return { rule, policies, judged: false, problem: "is neither true nor false" };
    } catch (problem) {
      return { rule, policies, judged: false, problem: reasonOf(problem)[0] };
    }
  }
  return { rule: "", policies: otherwise, judged: true, problem: "" };
}

/** Rules whose expressions can all be used. */
export function checkRules(value: JsonValue): Result<RulesDocument> {
  const parsed = parseRules(value);
  if (!parsed.ok) return parsed;
  for (const [place, { when }] of parsed.value.rules.entries()) {
    const checked = checkExpression(when);
    if (!checked.ok) return refuse("rules_invalid", checked.refusal.detail, `/rules/${place}/when`);
  }
  return accept(parsed.value);
}
