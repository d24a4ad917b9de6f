import { toHex } from "../encoding/bytes.ts";
import { canonicalBytes, hashOfJson } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import {
  DOCUMENT_NAME,
  DOCUMENT_NAME_MAX_CHARACTERS,
  DOCUMENT_NAME_RULE,
  NAMED_PERSON,
} from "../policy/document-name.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// An organisation's rules: which policies a request may use. An ordered list, and the first rule that matches counts.
// People sign each version, and every request under the rules carries their hash in what is signed.

export const RULES_MAX = 100;
export const RULE_NAME_MAX_CHARACTERS = 100;
/** Some ten comparisons. */
export const EXPRESSION_MAX_CHARACTERS = 1_000;
/** That one rule, or no rule, may lead to. */
export const RULE_POLICIES_MAX = 8;
/** 4 KiB less than a payload, which the rules are a part of when people sign them. */
export const RULES_MAX_BYTES = 60 * 1_024;

/** Names of policies, or NAMED_PERSON. */
const policies = shape.list(shape.text(DOCUMENT_NAME_MAX_CHARACTERS, 1), RULE_POLICIES_MAX, 1);

export const rulesShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/rules"),
  rules: shape.list(
    shape.object({
      name: shape.text(RULE_NAME_MAX_CHARACTERS, 1),
      /** An expression in CEL that is true for the requests that the rule is for. */
      when: shape.text(EXPRESSION_MAX_CHARACTERS, 1),
      /** The first one that the request can use is taken, unless the request names another one of them. */
      policies,
    }),
    RULES_MAX,
  ),
  /** For requests that no rule is for. */
  otherwise: policies,
});

export type RulesDocument = shape.ShapeOf<typeof rulesShape>;

/** Does not look into the expressions, so that a page can show the rules without the code that evaluates them. */
export function parseRules(value: JsonValue): Result<RulesDocument> {
  const matched = shape.matchShape(rulesShape, value);
  if (!matched.ok) return matched;
  const { rules, otherwise } = matched.value;
  for (const [place, { name, policies: names }] of rules.entries()) {
    if (rules.slice(0, place).some((earlier) => earlier.name === name))
      return refuse("rules_invalid", "repeats the name of an earlier rule", `/rules/${place}/name`);
    const refused = refusedNames(names, `/rules/${place}/policies`);
    if (refused !== undefined) return refused;
  }
  const refused = refusedNames(otherwise, "/otherwise");
  if (refused !== undefined) return refused;
  const size = canonicalBytes(matched.value).length;
  return size > RULES_MAX_BYTES
    ? refuse("rules_invalid", `the rules have ${size} bytes; at most ${RULES_MAX_BYTES} are allowed`, "")
    : accept(matched.value);
}

export function rulesHash(rules: RulesDocument): string {
  return toHex(hashOfJson(rules));
}

/** Every policy that the rules name, each once. */
export function policiesOfRules({ rules, otherwise }: RulesDocument): ReadonlySet<string> {
  const names = new Set([...rules.flatMap((rule) => rule.policies), ...otherwise]);
  names.delete(NAMED_PERSON);
  return names;
}

function refusedNames(names: readonly string[], at: string) {
  for (const [place, name] of names.entries()) {
    if (!DOCUMENT_NAME.test(name)) return refuse("rules_invalid", DOCUMENT_NAME_RULE, `${at}/${place}`);
    if (names.indexOf(name) < place) return refuse("rules_invalid", "names a policy twice", `${at}/${place}`);
  }
  return undefined;
}
