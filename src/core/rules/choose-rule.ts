import type { JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import { stepsOf } from "./expression-tree.ts";
import { checkExpression, reasonOf, type Expression } from "./expression.ts";
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

export function chooseRule(document: RulesDocument, facts: RequestFacts): Choice {
  return judge(document, facts, checkExpression).choice;
}

export interface JudgedChoice {
  readonly choice: Choice;
  /** How many steps it took at most. */
  readonly steps: number;
}

/** The same for many requests, for which each expression is read once. Keep it no longer than one call. */
export function rulesChooser(document: RulesDocument): (facts: RequestFacts) => JudgedChoice {
  const expressions = new Map<string, Result<Expression>>();
  const read = (text: string): Result<Expression> => {
    const expression = expressions.get(text) ?? checkExpression(text);
    expressions.set(text, expression);
    return expression;
  };
  return (facts) => judge(document, facts, read);
}

function judge(
  { rules, otherwise }: RulesDocument,
  facts: RequestFacts,
  read: (text: string) => Result<Expression>,
): JudgedChoice {
  let steps = 0;
  const chosen = (choice: Choice): JudgedChoice => ({ choice, steps });
  for (const { name: rule, when, policies } of rules) {
    const unjudged = (problem: string) => chosen({ rule, policies, judged: false, problem });
    const checked = read(when);
    if (!checked.ok) return unjudged(checked.refusal.detail);
    const more = stepsOf(checked.value.cost, facts);
    // Not matched: padding the content would otherwise lead to a laxer rule than the one that was not reached.
    if (steps + more > CHOICE_MAX_STEPS)
      return chosen({ rule, policies: [], judged: false, problem: TOO_LARGE });
    steps += more;
    try {
      const value = checked.value.run(facts);
      if (value === true) return chosen({ rule, policies, judged: true, problem: "" });
      if (value !== false) return unjudged("is neither true nor false");
    } catch (problem) {
      return unjudged(reasonOf(problem)[0]);
    }
  }
  return chosen({ rule: "", policies: otherwise, judged: true, problem: "" });
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
