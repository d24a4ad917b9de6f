import { fromBase64url, fromHex } from "./bytes.ts";
import { isJsonObject, pointer, type JsonObject, type JsonValue } from "./strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// Shapes for documents that are hashed and signed. Every field is named, required and limited, and unknown fields
// are refused, so one content has one document. No schema library, because it would be larger than the approval
// page that has to load it.

/** What a shape accepts, as data: the published JSON Schemas are made from it. */
export type Rule =
  | { readonly kind: "text"; readonly maxLength: number; readonly minLength: number }
  | { readonly kind: "literal"; readonly expected: string | number | boolean | null }
  | { readonly kind: "oneOf"; readonly values: readonly string[] }
  | { readonly kind: "integer"; readonly minimum: number; readonly maximum: number }
  | { readonly kind: "boolean" | "time" | "anyObject" }
  | { readonly kind: "hex"; readonly byteCount: number }
  | { readonly kind: "base64url"; readonly minimum: number; readonly maximum: number }
  | { readonly kind: "nullable"; readonly shape: Shape<unknown> }
  | {
      readonly kind: "list";
      readonly items: Shape<unknown>;
      readonly maxLength: number;
      readonly minLength: number;
    }
  | { readonly kind: "object"; readonly fields: Fields }
  | { readonly kind: "variant"; readonly field: string; readonly variants: Fields }
  | { readonly kind: "lazy"; readonly shape: () => Shape<unknown> };

export type Shape<Value> = Rule & {
  /** Returns the value with its type, or throws a Mismatch at `path`. */
  readonly match: (value: JsonValue | undefined, path: Path) => Value;
};
export type ShapeOf<AnyShape> = AnyShape extends Shape<infer Value> ? Value : never;
type Path = readonly (string | number)[];
type Fields = { readonly [name: string]: Shape<unknown> };
type ObjectOf<SomeFields extends Fields> = { readonly [Name in keyof SomeFields]: ShapeOf<SomeFields[Name]> };

class Mismatch extends Error {
  readonly path: Path;
  constructor(detail: string, path: Path) {
    super(detail);
    this.path = path;
  }
}

export function matchShape<Value>(shape: Shape<Value>, value: JsonValue | undefined): Result<Value> {
  try {
    return accept(shape.match(value, []));
  } catch (problem) {
    if (!(problem instanceof Mismatch)) throw problem;
    return refuse("shape_mismatch", problem.message, pointer(problem.path));
  }
}

function mismatch(detail: string, path: Path): never {
  throw new Mismatch(detail, path);
}

/** Well-formed text of at most `maxLength` UTF-16 units. */
export function text(maxLength: number, minLength = 0): Shape<string> {
  return {
    kind: "text",
    maxLength,
    minLength,
    match(value, path) {
      if (typeof value !== "string" || !value.isWellFormed()) mismatch("expected text", path);
      if (value.length > maxLength) mismatch(`longer than ${maxLength} characters`, path);
      if (value.length < minLength) mismatch("must not be empty", path);
      return value;
    },
  };
}

export function literal<const Value extends string | number | boolean | null>(expected: Value): Shape<Value> {
  return {
    kind: "literal",
    expected,
    match: (value, path) =>
      value === expected ? expected : mismatch(`expected ${JSON.stringify(expected)}`, path),
  };
}

export function oneOf<const Value extends string>(...values: readonly Value[]): Shape<Value> {
  return {
    kind: "oneOf",
    values,
    match: (value, path) =>
      values.find((candidate) => candidate === value) ??
      mismatch(`expected one of ${values.join(", ")}`, path),
  };
}

export function integer(minimum = 0, maximum = Number.MAX_SAFE_INTEGER): Shape<number> {
  return {
    kind: "integer",
    minimum,
    maximum,
    match(value, path) {
      if (typeof value !== "number" || !Number.isSafeInteger(value) || value < minimum || value > maximum) {
        mismatch(`expected a whole number from ${minimum} to ${maximum}`, path);
      }
      return value;
    },
  };
}

export const boolean: Shape<boolean> = {
  kind: "boolean",
  match: (value, path) => (typeof value === "boolean" ? value : mismatch("expected true or false", path)),
};

/** ISO 8601 in UTC with milliseconds, so that a time has one text. */
export const time: Shape<string> = {
  kind: "time",
  match(value, path) {
    if (typeof value !== "string") return mismatch("expected a time", path);
    const inForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value);
    const date = inForm ? new Date(value) : undefined;
    if (date === undefined || Number.isNaN(date.getTime()) || date.toISOString() !== value) {
      return mismatch("expected a time like 2026-01-31T12:00:00.000Z", path);
    }
    return value;
  },
};

/** Lower-case hex of exactly this many bytes. */
export function hex(byteCount: number): Shape<string> {
  return {
    kind: "hex",
    byteCount,
    match(value, path) {
      const bytes = typeof value === "string" ? fromHex(value) : undefined;
      if (!bytes?.ok || bytes.value.length !== byteCount)
        mismatch(`expected ${byteCount} bytes as hexadecimal`, path);
      return value as string;
    },
  };
}

/** Canonical base64url of `minimum` to `maximum` bytes. */
export function base64url(minimum: number, maximum = minimum): Shape<string> {
  return {
    kind: "base64url",
    minimum,
    maximum,
    match(value, path) {
      const bytes = typeof value === "string" ? fromBase64url(value) : undefined;
      const count = bytes?.ok ? bytes.value.length : -1;
      if (count < minimum || count > maximum) {
        mismatch(
          `expected ${minimum === maximum ? minimum : `${minimum} to ${maximum}`} bytes as base64url`,
          path,
        );
      }
      return value as string;
    },
  };
}

export function nullable<Value>(shape: Shape<Value>): Shape<Value | null> {
  return {
    kind: "nullable",
    shape,
    match: (value, path) => (value === null ? null : shape.match(value, path)),
  };
}

export function list<Value>(items: Shape<Value>, maxLength: number, minLength = 0): Shape<readonly Value[]> {
  return {
    kind: "list",
    items,
    maxLength,
    minLength,
    match(value, path) {
      if (!Array.isArray(value)) return mismatch("expected a list", path);
      if (value.length > maxLength) mismatch(`more than ${maxLength} items`, path);
      if (value.length < minLength) mismatch(`fewer than ${minLength} items`, path);
      return (value as readonly JsonValue[]).map((item, index) => items.match(item, [...path, index]));
    },
  };
}

/** An object with exactly these fields. */
export function object<SomeFields extends Fields>(fields: SomeFields): Shape<ObjectOf<SomeFields>> {
  return {
    kind: "object",
    fields,
    match(value, path) {
      if (!isJsonObject(value)) mismatch("expected an object", path);
      const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
      if (unknown !== undefined) mismatch("unknown field", [...path, unknown]);
      const matched: Record<string, unknown> = {};
      for (const [name, shape] of Object.entries(fields)) {
        if (!Object.hasOwn(value, name)) mismatch("missing field", [...path, name]);
        matched[name] = shape.match(value[name], [...path, name]);
      }
      return matched as ObjectOf<SomeFields>;
    },
  };
}

/** One of several shapes, chosen by the text in one of their fields. */
export function variant<Variants extends Fields>(
  field: string,
  variants: Variants,
): Shape<ShapeOf<Variants[keyof Variants]>> {
  return {
    kind: "variant",
    field,
    variants,
    match(value, path) {
      const name = isJsonObject(value) ? value[field] : undefined;
      const shape = typeof name === "string" && Object.hasOwn(variants, name) ? variants[name] : undefined;
      if (shape === undefined)
        mismatch(`expected one of ${Object.keys(variants).join(", ")}`, [...path, field]);
      return shape.match(value, path) as ShapeOf<Variants[keyof Variants]>;
    },
  };
}

/** For recursive shapes. */
export function lazy<Value>(shape: () => Shape<Value>): Shape<Value> {
  return { kind: "lazy", shape, match: (value, path) => shape().match(value, path) };
}

/** Any object of strict JSON. */
export const anyObject: Shape<JsonObject> = {
  kind: "anyObject",
  match: (value, path) => (isJsonObject(value) ? value : mismatch("expected an object", path)),
};
