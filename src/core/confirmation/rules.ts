import { isJsonObject, type JsonObject, type JsonValue } from "../encoding/strict-json.ts";
import * as shape from "../encoding/shape.ts";
import { ACTION_MAX_CHARACTERS, id, NAME_MAX_CHARACTERS } from "./statement.ts";

// Which policy a request falls under: the first rule that matches. A condition that can't be judged,
// because the field is absent or of another kind, counts as met, so leaving the amount out, or writing
// it as text, never leads past the stricter rule. Order the rules from strict to lenient.

export const RULE_MAX_CONDITIONS = 16;
export const RULES_MAX = 100;
const POINTER_MAX_CHARACTERS = 500;
const VALUE_MAX_CHARACTERS = 500;

const fieldPointer = shape.text(POINTER_MAX_CHARACTERS);

export const conditionShape = shape.variant("if", {
  project: shape.object({ if: shape.literal("project"), is: id }),
  /** `*` stands for any characters; the rest is compared without regard to case. */
  action: shape.object({ if: shape.literal("action"), like: shape.text(ACTION_MAX_CHARACTERS, 1) }),
  text: shape.object({ if: shape.literal("text"), at: fieldPointer, is: shape.text(VALUE_MAX_CHARACTERS) }),
  "at-least": shape.object({ if: shape.literal("at-least"), at: fieldPointer, value: shape.integer() }),
});

export const ruleShape = shape.object({
  name: shape.text(NAME_MAX_CHARACTERS, 1),
  when: shape.list(conditionShape, RULE_MAX_CONDITIONS),
  policy: id,
});

export type Condition = shape.ShapeOf<typeof conditionShape>;
export type Rule = shape.ShapeOf<typeof ruleShape>;

export interface Asked {
  readonly project: string;
  readonly action: string;
  readonly payload: JsonObject;
}

/** The first rule whose every condition is met, or undefined where none is. */
export function ruleFor(rules: readonly Rule[], asked: Asked): Rule | undefined {
  return rules.find((rule) => rule.when.every((condition) => isMet(condition, asked)));
}

function isMet(condition: Condition, asked: Asked): boolean {
  switch (condition.if) {
    case "project":
      return asked.project === condition.is;
    case "action":
      return isLike(asked.action, condition.like);
    case "text": {
      const found = valueAt(asked.payload, condition.at);
      return typeof found !== "string" || found === condition.is;
    }
    case "at-least": {
      const found = valueAt(asked.payload, condition.at);
      return typeof found !== "number" || found >= condition.value;
    }
  }
}

function isLike(text: string, pattern: string): boolean {
  // Greedy from the left, without a regular expression: a pattern is written by a customer, and must
  // not be able to make the match slow.
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const lower = text.toLowerCase();
  if (rest.length === 0) return lower === first;
  if (!lower.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let from = first.length;
  for (const part of rest) {
    const at = lower.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return lower.length - last.length >= from && lower.endsWith(last);
}

function valueAt(payload: JsonObject, pointer: string): JsonValue | undefined {
  if (pointer !== "" && !pointer.startsWith("/")) return undefined;
  let value: JsonValue | undefined = payload;
  for (const step of pointer.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value))
      value = /^(0|[1-9]\d*)$/.test(name) ? (value[Number(name)] as JsonValue | undefined) : undefined;
    else if (isJsonObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
}
