import type { JsonObject, JsonValue } from "../encoding/strict-json.ts";
import { NAMED_PERSON } from "../policy/document-name.ts";
import { alone, asList, readList, readObject } from "../policy/written-parts.ts";
import { accept, type Result } from "../refusal.ts";
import { parseRules, type RulesDocument } from "./rules-document.ts";

// Rules as people write them by hand. A single policy needs no list, and without `otherwise` the person whom a request
// names decides what no rule is for.

const CODE = "rules_invalid";

/** The whole document. Does not look into the expressions: `checkRules` does. */
export function rulesFromWritten(written: JsonValue): Result<RulesDocument> {
  const fields = readObject(written, "", CODE, ["rules", "otherwise"]);
  if (!fields.ok) return fields;
  const { rules = [], otherwise = NAMED_PERSON } = fields.value;
  const list = readList(rules, "/rules", CODE, (value, at) => {
    const rule = readObject(value, at, CODE, ["name", "when", "policies"]);
    return rule.ok ? accept({ ...rule.value, policies: asList(rule.value["policies"]) ?? null }) : rule;
  });
  if (!list.ok) return list;
  return parseRules({
    v: 1,
    kind: "countersign/rules",
    rules: list.value,
    otherwise: asList(otherwise) ?? null,
  });
}

export function writtenRules({ rules, otherwise }: RulesDocument): JsonObject {
  return {
    rules: rules.map(({ name, when, policies }) => ({ name, when, policies: alone(policies) })),
    otherwise: alone(otherwise),
  };
}
