import type { z } from "zod";
import { pointer, type JsonObject, type JsonValue } from "../core/encoding/strict-json.ts";
import { accept, type Refusal } from "../core/refusal.ts";
import type { FieldError } from "./problem.ts";

// From what a schema says to what a client is told: every field that is wrong, each with its place, a code
// and plain words.

/** A `Result` that knows more than one reason. */
export type Checked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal; readonly errors: readonly FieldError[] };

/** Nobody mends more at a time, and a body could hold thousands of unknown names. */
const ERRORS_MAX = 20;

export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: JsonObject,
): Checked<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? accept(parsed.data)
    : invalid(parsed.error.issues.flatMap((issue) => errorsOf(issue, value)));
}

/** Each name once, and none that the schema does not know. */
export function checkQuery<Schema extends z.ZodType>(
  schema: Schema,
  query: URLSearchParams,
): Checked<z.output<Schema>> {
  const twice = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1);
  if (twice.length > 0) {
    return invalid(
      twice.map((name) => ({ path: pointer([name]), code: "duplicate", detail: "is given more than once" })),
    );
  }
  return check(schema, Object.fromEntries(query));
}

export function invalid(errors: readonly FieldError[]): Extract<Checked<never>, { ok: false }> {
  const [first = { path: "", code: "malformed", detail: "is not valid" }] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  const name = first.path === "" ? "the request" : first.path;
  return {
    ok: false,
    refusal: { code: "validation_failed", detail: `${name} ${first.detail}${more}`, at: first.path },
    errors: errors.slice(0, ERRORS_MAX),
  };
}

type Issue = z.core.$ZodIssue;
const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

function errorsOf(issue: Issue, value: JsonObject): readonly FieldError[] {
  const steps = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => ({
      path: pointer([...steps, name]),
      code: "unknown_field",
      detail: "is not a field of this request",
    }));
  }
  const missing = valueAt(value, steps) === undefined;
  const [code, detail] = missing && !says(issue, "required") ? ["required", "is required"] : wordsOf(issue);
  return [{ path: pointer(steps), code, detail }];
}

function says(issue: Issue, code: string): boolean {
  return issue.code === "custom" && issue.params?.["code"] === code;
}

function wordsOf(issue: Issue): readonly [code: string, detail: string] {
  switch (issue.code) {
    case "invalid_type":
      return ["wrong_type", `must be ${TYPES[issue.expected] ?? issue.expected}`];
    case "too_big":
      return issue.origin === "string"
        ? ["too_long", `has more than ${issue.maximum} characters`]
        : ["too_big", `must be at most ${issue.maximum}`];
    case "too_small":
      return issue.origin === "string"
        ? ["too_short", "must not be empty"]
        : ["too_small", `must be at least ${issue.minimum}`];
    case "invalid_value":
      return ["not_one_of", `must be one of ${issue.values.join(", ")}`];
    case "custom":
      return [String(issue.params?.["code"] ?? "malformed"), issue.message];
    default:
      return ["malformed", issue.message];
  }
}

function valueAt(value: JsonObject, steps: readonly (string | number)[]): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const step of steps) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as JsonObject)[step];
  }
  return found;
}
