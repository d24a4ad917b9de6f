import { USER_NAME } from "../../../core/account/user-name.ts";
import { IDEMPOTENCY_KEY_PATTERN } from "../../../http/rest/request-schemas.ts";
import { code, table } from "./markdown.ts";

// The fields of a JSON Schema as the rows of a table. What is further in has a path, such as `fields[].name`.

export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

interface FieldsOptions {
  /** Shows limits, and which fields are required. */
  readonly isInput: boolean;
  /** A link to fields that are explained elsewhere, for a whole object. */
  readonly linkOf?: (schema: Schema) => string | undefined;
}

export function fieldsTable(schema: Schema, options: FieldsOptions): string {
  return table(["Field", "Meaning"], rowsOf(schema, "", options));
}

function rowsOf(schema: Schema, path: string, options: FieldsOptions): readonly (readonly string[])[] {
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, field]) => {
    const at = path + name;
    const { inner, isList } = innerOf(field);
    const elsewhere = inner === undefined ? undefined : options.linkOf?.(inner);
    const isRequired = options.isInput && required.includes(name);
    const type = elsewhere === undefined ? typeOf(field, options) : (isList ? "list of " : "") + elsewhere;
    const kind = isRequired ? `${type}, **required**` : type;
    const row = [code(at), kindAndMeaning(kind, meaningOf(field, options.isInput))];
    if (inner === undefined || elsewhere !== undefined) return [row];
    return [row, ...rowsOf(inner, `${at}${isList ? "[]" : ""}.`, options)];
  });
}

/** In one cell: three columns are too many for a phone. */
export function kindAndMeaning(kind: string, meaning: string): string {
  const sentence = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}.`;
  return meaning === "" ? sentence : `${sentence} ${meaning}`;
}

/** The object in a field, or in its items. */
function innerOf(field: Schema): { readonly inner: Schema | undefined; readonly isList: boolean } {
  const [only = field] = (field.anyOf ?? []).filter(({ type }) => type !== "null");
  const isList = only.items !== undefined;
  const inner = only.items ?? only;
  return { inner: inner.properties === undefined ? undefined : inner, isList };
}

export function meaningOf({ description = "", default: preset }: Schema, isInput: boolean): string {
  const isShown = isInput && preset !== undefined && preset !== null && !isLongList(preset);
  const all = isInput && isLongList(preset) ? "Default: all." : "";
  return [description, isShown ? `Default: ${code(JSON.stringify(preset))}.` : all].filter(Boolean).join(" ");
}

function isLongList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 3;
}

/** In words, with the limits of what is sent. */
export function typeOf(schema: Schema, options: Pick<FieldsOptions, "isInput">): string {
  if (schema.anyOf !== undefined) return orNull(schema.anyOf.map((one) => typeOf(one, options)));
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items, options)}`;
  const types = [schema.type ?? "any"].flat();
  if (types.every((type) => type === "null")) return "null";
  return orNull(types.map((type) => (type === "null" ? type : named(type, schema, options))));
}

function orNull(types: readonly string[]): string {
  const others = types.filter((type) => type !== "null" && type !== "");
  return others.join(" or ") + (others.length < types.length ? ", or null" : "");
}

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  object: "object",
};
const FORMATS: Readonly<Record<string, string>> = { "date-time": "date and time", uri: "address" };

function named(type: string, schema: Schema, { isInput }: Pick<FieldsOptions, "isInput">): string {
  const name = FORMATS[schema.format ?? ""] ?? NAMES[type] ?? type;
  return isInput ? [name, limitOf(schema)].filter(Boolean).join(", ") : name;
}

/** Patterns in words. */
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [USER_NAME.source, "a user name"],
  [IDEMPOTENCY_KEY_PATTERN.source, "1 to 255 visible ASCII characters"],
]);

/** What zod writes for a whole number without a limit. */
const MAX = Number.MAX_SAFE_INTEGER;

function limitOf({ minLength, maxLength, minimum, maximum, pattern }: Schema): string {
  const number = (value: number) => value.toLocaleString("en");
  if (maxLength !== undefined) return `${minLength ?? 0} to ${number(maxLength)} characters`;
  if (maximum !== undefined && maximum < MAX) return `${number(minimum ?? 0)} to ${number(maximum)}`;
  if (minimum !== undefined && minimum > 0) return `${number(minimum)} or more`;
  return pattern === undefined ? "" : (PATTERNS.get(pattern) ?? code(pattern));
}
