import type { z } from "zod";
import { pointer, type JsonObject, type JsonValue } from "../core/encoding/strict-json.ts";
import { accept, type Refusal } from "../core/refusal.ts";
import type { FieldError } from "./problem.ts";

// Turns the issues of a schema into field errors: for every wrong field its path, a code and plain words.

/** A `Result` with an error for each wrong field. */
export type Validated<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal; readonly errors: readonly FieldError[] };

/** Enough to correct at a time. A body could hold thousands of unknown names. */
const ERRORS_MAX = 20;

export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: JsonObject,
): Validated<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? accept(parsed.data)
    : invalid(parsed.error.issues.flatMap((issue) => errorsOf(issue, value)));
}

/** Refuses a name that is given twice, besides what the schema refuses. */
export function validateQuery<Schema extends z.ZodType>(
  schema: Schema,
  query: URLSearchParams,
): Validated<z.output<Schema>> {
  const repeated = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1);
  if (repeated.length > 0) {
    return invalid(
      repeated.map((name) => ({
        path: pointer([name]),
        code: "duplicate",
        detail: "is given more than once",
      })),
    );
  }
  return validate(schema, Object.fromEntries(query));
}

function invalid(errors: readonly FieldError[]): Extract<Validated<never>, { ok: false }> {
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
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "text",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
};

function errorsOf(issue: Issue, value: JsonObject): readonly FieldError[] {
  const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((name) => ({
      path: pointer([...path, name]),
      code: "unknown_field",
      detail: "is not a field of this request",
    }));
  }
  const isMissing = valueAt(value, path) === undefined && !hasCode(issue, "required");
  const [code, detail] = isMissing ? ["required", "is required"] : codeAndDetail(issue);
  return [{ path: pointer(path), code, detail }];
}

function hasCode(issue: Issue, code: string): boolean {
  return issue.code === "custom" && issue.params?.["code"] === code;
}

function codeAndDetail(issue: Issue): readonly [code: string, detail: string] {
  switch (issue.code) {
    case "invalid_type":
      return ["wrong_type", `must be ${TYPE_NAMES[issue.expected] ?? issue.expected}`];
    case "too_big":
      if (issue.origin === "array") return ["too_long", `has more than ${issue.maximum} items`];
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

function valueAt(value: JsonObject, path: readonly (string | number)[]): JsonValue | undefined {
  let member: JsonValue | undefined = value;
  for (const step of path) {
    if (typeof member !== "object" || member === null || !Object.hasOwn(member, step)) return undefined;
    member = (member as JsonObject)[step];
  }
  return member;
}
