import { NAMED_PERSON } from "../policy/document-name.ts";
import { leastPeople, type PolicyDocument } from "../policy/policy-document.ts";
import { checkExpression } from "./expression.ts";
import type { RulesDocument } from "./rules-document.ts";

// What is allowed in rules, and seldom meant. A condition that can't be judged counts as true, so leaving out what it
// looks at leads to its rule: a rule that looks at the content should not be laxer than one after it.

export interface RulesWarning {
  /** The name of the rule. */
  readonly rule: string;
  /** In plain words, as a sentence. */
  readonly detail: string;
}

/** Policies that are not among these, by name, are not compared. */
export function rulesWarnings(
  { rules, otherwise }: RulesDocument,
  policies: ReadonlyMap<string, PolicyDocument>,
): readonly RulesWarning[] {
  const lists = [
    ...rules.map(({ name, policies: names }) => ({ what: `the rule “${name}”`, names })),
    { what: "every other request", names: otherwise },
  ].map(({ what, names }) => ({ what, least: leastOf(names, policies) }));
  return rules.flatMap(({ name, when }, place): readonly RulesWarning[] => {
    const { least } = lists[place] ?? { least: undefined };
    const checked = checkExpression(when);
    if (least === undefined || !checked.ok || !checked.value.cost.readsPayload) return [];
    const stricter = lists.slice(place + 1).find((later) => (later.least ?? 0) > least);
    return stricter === undefined ? [] : [{ rule: name, detail: detailOf(name, least, stricter) }];
  });
}

/** The fewest people whom one of these policies takes. Undefined if none of them is known. */
function leastOf(
  names: readonly string[],
  policies: ReadonlyMap<string, PolicyDocument>,
): number | undefined {
  const counts = names.flatMap((name) => {
    if (name === NAMED_PERSON) return [1];
    const policy = policies.get(name);
    return policy === undefined ? [] : [leastPeople(policy)];
  });
  return counts.length === 0 ? undefined : Math.min(...counts);
}

function detailOf(
  name: string,
  least: number,
  { what, least: more = 0 }: { readonly what: string; readonly least: number | undefined },
): string {
  const few = least === 1 ? "1 person is" : `${least} people are`;
  return `A request also falls under the rule “${name}” if its condition can't be judged, such as when the content leaves out what it looks at. Then ${few} enough, where ${what} takes ${more}. Write the condition of the strict case, and put that rule first.`;
}
