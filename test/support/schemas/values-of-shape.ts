import fc from "fast-check";
import { toBase64url, toHex } from "../../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../../src/core/encoding/jcs.ts";
import { isJsonObject, type JsonValue } from "../../../src/core/encoding/strict-json.ts";
import type { Shape } from "../../../src/core/encoding/shape.ts";
import { changeShape } from "../../../src/core/stream/change-format.ts";

// Random values that a shape accepts: of the right form, and without any sense.

type Values = fc.Arbitrary<JsonValue>;

/** More than the shortest text, list or number of bytes, besides the longest possible one. */
const MORE = 2;
/** Longer texts are tested at their own limits. */
const LONG = 300;
const LAZY_MAX_DEPTH = 2;
const EARLIEST_YEAR = Date.parse("0000-01-01T00:00:00.000Z");
const LATEST_YEAR = Date.parse("9999-12-31T23:59:59.999Z");

export function valuesOf(shape: Shape<unknown>, depth = 0): Values {
  switch (shape.kind) {
    case "text":
      return textsOf(shape.minLength, shape.maxLength);
    case "literal":
      return fc.constant(shape.expected);
    case "oneOf":
      return fc.constantFrom(...shape.values);
    case "integer": {
      const { minimum: min, maximum: max } = shape;
      return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max: Math.min(max, min + MORE) }));
    }
    case "boolean":
      return fc.boolean();
    case "time":
      return fc.oneof(
        fc.constantFrom(EARLIEST_YEAR, LATEST_YEAR).map(timeOf),
        fc.integer({ min: EARLIEST_YEAR, max: LATEST_YEAR }).map(timeOf),
      );
    case "anyObject":
      return fc.oneof(
        fc.dictionary(fc.constantFrom("a", "", "\u{1f600}", "\u0000"), fc.constantFrom(null, 0, "", [], {})),
        valuesOf(changeShape),
      );
    case "hex":
      return bytesOf(shape.byteCount, shape.byteCount).map(toHex);
    case "base64url":
      return bytesOf(shape.minimum, shape.maximum).map(toBase64url);
    case "nullable":
      return fc.oneof(fc.constant(null), valuesOf(shape.shape, depth));
    case "list": {
      const { minLength, maxLength } = shape;
      return fc.array(valuesOf(shape.items, depth), {
        minLength,
        maxLength: Math.min(maxLength, minLength + MORE),
      });
    }
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.fields).map(([name, field]) => [name, valuesOf(field, depth)]),
        ),
      );
    case "variant": {
      const all = [...new Set(Object.values(shape.variants))];
      const chosen = depth < LAZY_MAX_DEPTH ? all : all.filter((one) => !isNested(one));
      return fc.oneof(...chosen.map((one) => valuesOf(one, depth)));
    }
    case "lazy":
      return valuesOf(shape.shape(), depth + 1);
  }
}

/** Other values than this one. Not for a literal, which has none. */
export function otherValuesOf({ value, shape }: Pick<Place, "value" | "shape">): Values {
  const text = canonicalText(value);
  return valuesOf(shape).filter((other) => canonicalText(other) !== text);
}

/** A place in a document, what is there, and what may be there. */
export interface Place {
  readonly pointer: string;
  readonly value: JsonValue;
  readonly shape: Shape<unknown>;
}

/** Every place of a document of this shape, also those that hold others. */
export function placesOf(shape: Shape<unknown>, value: JsonValue, pointer = ""): readonly Place[] {
  const place = { pointer, value, shape };
  switch (shape.kind) {
    case "nullable":
      return value === null ? [place] : [place, ...placesOf(shape.shape, value, pointer).slice(1)];
    case "list":
      return [
        place,
        ...(value as readonly JsonValue[]).flatMap((item, index) =>
          placesOf(shape.items, item, `${pointer}/${index}`),
        ),
      ];
    case "object":
      return [
        place,
        ...Object.entries(shape.fields).flatMap(([name, field]) =>
          placesOf(field, memberOf(value, name), `${pointer}/${name}`),
        ),
      ];
    case "variant": {
      const name = memberOf(value, shape.field);
      const inner = typeof name === "string" ? shape.variants[name] : undefined;
      if (inner === undefined) throw new RangeError(`${pointer} is none of the variants`);
      return [place, ...placesOf(inner, value, pointer).slice(1)];
    }
    case "lazy":
      return placesOf(shape.shape(), value, pointer);
    default:
      return [place];
  }
}

/** Every field of the shape's documents that can have several values, with `*` for each item of a list. */
export function fieldsOf(shape: Shape<unknown>, pointer = "", depth = 0): readonly string[] {
  const inner = (): readonly string[] => {
    switch (shape.kind) {
      case "nullable":
        return fieldsOf(shape.shape, pointer, depth);
      case "list":
        return fieldsOf(shape.items, `${pointer}/*`, depth);
      case "object":
        return Object.entries(shape.fields).flatMap(([name, field]) =>
          fieldsOf(field, `${pointer}/${name}`, depth),
        );
      case "variant":
        return Object.values(shape.variants).flatMap((one) => fieldsOf(one, pointer, depth));
      case "lazy":
        return depth === 0 ? fieldsOf(shape.shape(), pointer, depth + 1) : [];
      default:
        return [];
    }
  };
  return shape.kind === "literal" ? [] : [...new Set([pointer, ...inner()])];
}

function memberOf(value: JsonValue, name: string): JsonValue {
  const member = isJsonObject(value) ? value[name] : undefined;
  if (member === undefined) throw new RangeError(`there is no field ${name}`);
  return member;
}

function textsOf(minLength: number, maxLength: number): Values {
  const short = fc.string({ minLength, maxLength: Math.min(maxLength, minLength + MORE) });
  const strange = ["\u0000", "\u202e", "\u{1f600}", "\ufeff", "__proto__"].filter(
    ({ length }) => minLength <= length && length <= maxLength,
  );
  return fc.oneof(short, fc.constantFrom("x".repeat(Math.min(maxLength, LONG)), ...strange));
}

function bytesOf(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.uint8Array({ minLength, maxLength: Math.min(maxLength, minLength + MORE) }),
    fc.constantFrom(minLength, Math.min(maxLength, LONG)).map((length) => new Uint8Array(length)),
  );
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Whether the shape contains itself, so that a value could go on for ever. */
function isNested(shape: Shape<unknown>): boolean {
  if (shape.kind === "lazy") return true;
  if (shape.kind === "list") return isNested(shape.items);
  return shape.kind === "object" && Object.values(shape.fields).some(isNested);
}
