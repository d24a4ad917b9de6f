import type { Shape } from "../../../src/core/encoding/shape.ts";
import type { JsonObject } from "../../../src/core/encoding/strict-json.ts";

// The JSON Schema (draft 2020-12) of a shape. It accepts everything that the shape accepts. It also accepts three
// things that a schema can't exclude: a text that is too long only in UTF-16 units, half of a surrogate pair, and a
// day that its month does not have.

export interface Definition {
  readonly name: string;
  readonly shape: Shape<unknown>;
  readonly description: string;
  /** What a reader needs to know about a field, by its path within the definition, such as `genesis.rp`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A document that has a schema of its own. */
export interface DocumentDefinition extends Definition {
  readonly title: string;
  /** Which rules the schema does not check. */
  readonly unchecked: string;
}

const TOO_LONG =
  "Lengths of texts count characters here. The verifier counts UTF-16 units, and a character above U+FFFF is two.";

/** Writes one schema that needs no other file: shapes with a name are under `$defs`. */
export function jsonSchemaOf(root: DocumentDefinition, definitions: readonly Definition[]): JsonObject {
  const writer = new SchemaWriter(definitions);
  const body = writer.contentOf(root);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `urn:countersign:${root.name}:v${versionOf(root.shape)}`,
    title: root.title,
    description: `${root.description} Not checked here: ${root.unchecked}.`,
    $comment: TOO_LONG,
    ...body,
    $defs: Object.fromEntries([...writer.defs].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  };
}

/** The number in the field `v`; in one of several shapes, that of the first. */
function versionOf(shape: Shape<unknown>): string {
  const one = shape.kind === "variant" ? Object.values(shape.variants)[0] : shape;
  const version = one?.kind === "object" ? one.fields["v"] : undefined;
  if (version?.kind !== "literal") throw new RangeError("a document names its version in the field v");
  return String(version.expected);
}

const SCALARS: Readonly<Record<"time" | "hex" | "base64url", JsonObject>> = {
  time: {
    description: "A time in UTC, always with milliseconds.",
    $comment: "The verifier also refuses a day that does not exist, such as 30 February.",
    type: "string",
    minLength: 24,
    maxLength: 24,
    pattern:
      "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$",
  },
  hex: {
    description: "Bytes as lower-case hexadecimal digits.",
    type: "string",
    pattern: "^([0-9a-f]{2})*$",
  },
  base64url: {
    description: "Bytes as base64url without padding. Unused bits of the last character are zero.",
    type: "string",
    pattern: "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$",
  },
};

/** Where in a definition the writer is. */
interface Place {
  readonly definition: Definition;
  readonly path: readonly string[];
  /** The paths whose description was written. */
  readonly described: Set<string>;
}

class SchemaWriter {
  readonly defs = new Map<string, JsonObject>();
  readonly #named: ReadonlyMap<Shape<unknown>, Definition>;

  constructor(definitions: readonly Definition[]) {
    this.#named = new Map(definitions.map((definition) => [definition.shape, definition]));
  }

  /** The schema of a definition itself, where it is not only referred to. */
  contentOf(definition: Definition): JsonObject {
    const { shape, fields = {} } = definition;
    const described = new Set<string>();
    const schema = this.#unnamed(shape, { definition, path: [], described });
    const unused = Object.keys(fields).filter((path) => !described.has(path));
    if (unused.length > 0) throw new RangeError(`${definition.name} has no field ${unused.join(", ")}`);
    return schema;
  }

  #refer(name: string, make: () => JsonObject): JsonObject {
    if (!this.defs.has(name)) {
      // A recursive shape refers to its own definition while that is being written.
      this.defs.set(name, {});
      this.defs.set(name, make());
    }
    return { $ref: `#/$defs/${name}` };
  }

  #schemaOf(shape: Shape<unknown>, place: Place): JsonObject {
    const definition = this.#named.get(shape);
    return definition === undefined
      ? this.#unnamed(shape, place)
      : this.#refer(definition.name, () => ({
          description: definition.description,
          ...this.contentOf(definition),
        }));
  }

  #unnamed(shape: Shape<unknown>, place: Place): JsonObject {
    switch (shape.kind) {
      case "text":
        return {
          type: "string",
          // A character has one or two UTF-16 units.
          ...(shape.minLength > 0 && { minLength: Math.ceil(shape.minLength / 2) }),
          maxLength: shape.maxLength,
        };
      case "literal":
        return { const: shape.expected };
      case "oneOf":
        return { enum: shape.values };
      case "integer":
        return { type: "integer", minimum: shape.minimum, maximum: shape.maximum };
      case "boolean":
        return { type: "boolean" };
      case "anyObject":
        return { type: "object" };
      case "time":
        return this.#refer("time", () => SCALARS.time);
      case "hex":
        return this.#encoded("hex", 2 * shape.byteCount, 2 * shape.byteCount);
      case "base64url":
        return this.#encoded("base64url", charactersOf(shape.minimum), charactersOf(shape.maximum));
      case "nullable":
        return { anyOf: [this.#schemaOf(shape.shape, place), { type: "null" }] };
      case "list": {
        const { minLength, maxLength } = shape;
        const items = this.#schemaOf(shape.items, place);
        return { type: "array", ...(minLength > 0 && { minItems: minLength }), maxItems: maxLength, items };
      }
      case "object":
        return this.#object(shape.fields, place);
      case "variant": {
        const { field, variants } = shape;
        const chosen = Object.keys(variants).map((name) => variantOf(shape, field, name));
        return { oneOf: [...new Set(chosen)].map((one) => this.#schemaOf(one, place)) };
      }
      case "lazy":
        return this.#schemaOf(shape.shape(), place);
    }
  }

  #encoded(name: "hex" | "base64url", minLength: number, maxLength: number): JsonObject {
    return { ...this.#refer(name, () => SCALARS[name]), type: "string", minLength, maxLength };
  }

  #object(
    fields: Readonly<Record<string, Shape<unknown>>>,
    { definition, path, described }: Place,
  ): JsonObject {
    const properties = Object.entries(fields).map(([name, shape]) => {
      const inner = [...path, name];
      const description = definition.fields?.[inner.join(".")];
      if (description !== undefined) described.add(inner.join("."));
      const schema = this.#schemaOf(shape, { definition, path: inner, described });
      return [name, description === undefined ? schema : { ...schema, description }] as const;
    });
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      required: Object.keys(fields),
      additionalProperties: false,
    };
  }
}

/** How many base64url characters this many bytes have: another number for each number of bytes. */
function charactersOf(byteCount: number): number {
  return Math.ceil((byteCount * 4) / 3);
}

/**
 * The shape of the objects whose `field` is `name`. The schema does not repeat this condition, so the shape must
 * accept no other text in this field.
 */
function variantOf(shape: Shape<unknown>, field: string, name: string): Shape<unknown> {
  if (shape.kind === "variant" && shape.field === field) {
    const chosen = Object.hasOwn(shape.variants, name) ? shape.variants[name] : undefined;
    if (chosen !== undefined) return variantOf(chosen, field, name);
  }
  const own = shape.kind === "object" ? shape.fields[field] : undefined;
  if (own?.kind !== "literal" || own.expected !== name)
    throw new RangeError(`the variant ${name} does not require this text in its field ${field}`);
  return shape;
}
