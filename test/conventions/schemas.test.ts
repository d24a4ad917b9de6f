import { readdirSync, readFileSync } from "node:fs";
import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/client/validators/cf-worker";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as shape from "../../src/core/encoding/shape.ts";
import type { JsonObject, JsonValue } from "../../src/core/encoding/strict-json.ts";
import { editJson } from "../support/evidence/edit-json.ts";
import { jsonSchemaOf, type DocumentDefinition } from "../support/schemas/schema-of-shape.ts";
import { DOCUMENTS } from "../support/schemas/published-schemas.ts";

// The published JSON Schemas, read by two validators that other people wrote, next to the shapes that our verifier
// uses. A schema that refuses a good receipt, or accepts one that no verifier reads, misleads its users.

const DOCS = new URL("../../web/docs/", import.meta.url);
const DIALECT = "https://json-schema.org/draft/2020-12/schema";
const RUNS = 200;
/** Some three seconds on an idle core. */
const TIMEOUT_MILLISECONDS = 60_000;

type Kind = "receipt" | "export-line" | "policy" | "statement" | "template" | "change";
type Edit = (document: JsonValue) => JsonValue;

const read = (path: string): string => readFileSync(new URL(path, DOCS), "utf8");
const json = (path: string) => JSON.parse(read(path));
const receipts: readonly JsonObject[] = readdirSync(new URL("vectors/receipts/", DOCS))
  .filter((name) => name.endsWith(".json"))
  .map((name) => json(`vectors/receipts/${name}`));
const policies = json("vectors/policies.json");
const valueOf =
  (field: string) =>
  (vector: JsonObject): JsonValue =>
    vector[field] ?? expect.fail(field);

/** Every document of the vectors that has the right form. */
const SAMPLES: Readonly<Record<Kind, readonly JsonValue[]>> = {
  receipt: receipts,
  "export-line": read("vectors/receipts/export.ndjson")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line)),
  policy: [...policies.met.map(valueOf("policy")), ...policies.accepted],
  statement: json("vectors/statements.json").accepted.map(valueOf("statement")),
  template: json("vectors/templates.json").drawn.map(valueOf("template")),
  change: json("vectors/directory.json").changes.map(valueOf("change")),
};

/** The three that judge a document: two validators with the schema, and the verifier with the shape. */
function judges(
  schema: JsonObject,
  form: shape.Shape<unknown>,
): readonly ((document: JsonValue) => boolean)[] {
  // A validator of its own for each schema, since Ajv remembers a schema by its `$id`.
  const validators = [new AjvJsonSchemaValidator(), new CfWorkerJsonSchemaValidator()].map((each) =>
    each.getValidator(schema),
  );
  return [
    ...validators.map((validate) => (document: JsonValue) => validate(document).valid),
    (document) => shape.matchShape(form, document).ok,
  ];
}

const schemas = DOCUMENTS.map(({ name, shape: form }) => {
  const schema = json(`schemas/${name}.schema.json`);
  return { name: name as Kind, schema, judges: judges(schema, form) };
});

function verdicts(kind: Kind, document: JsonValue): readonly boolean[] {
  const schema = schemas.find(({ name }) => name === kind) ?? expect.fail(kind);
  return schema.judges.map((accepts) => accepts(document));
}

const ACCEPTED = [true, true, true];
const REFUSED = [false, false, false];

const set =
  (at: string, to: JsonValue): Edit =>
  (document) =>
    editJson(document, at, () => to);

/** Changes the object that holds this place. */
function editParent(at: string, change: (parent: JsonObject, name: string) => JsonObject): Edit {
  const last = at.lastIndexOf("/");
  return (document) =>
    editJson(document, at.slice(0, last), (parent) => change(parent as JsonObject, at.slice(last + 1)));
}

const added = (at: string, value: JsonValue = ""): Edit =>
  editParent(at, (parent, name) => ({ ...parent, [name]: value }));

const without = (at: string): Edit =>
  editParent(at, (parent, name) => {
    const { [name]: _removed, ...rest } = parent;
    return rest;
  });

const repeated =
  (at: string, count: number): Edit =>
  (document) =>
    editJson(document, at, (old) =>
      Array.from({ length: count }, () => (old as readonly JsonValue[])[0] ?? null),
    );

describe("the JSON Schemas", () => {
  it.each(schemas)("$name: is a valid schema that needs no other file", ({ schema }) => {
    const isSchema = new AjvJsonSchemaValidator().getValidator({ $schema: DIALECT, $ref: DIALECT });
    expect([isSchema(schema).valid, isSchema({ type: 1 }).valid]).toEqual([true, false]);
    expect([...JSON.stringify(schema).matchAll(/"\$ref":"(?!#\/\$defs\/)/g)]).toEqual([]);
  });

  it.each(schemas)("$name: accepts every published document", ({ name }) => {
    expect(SAMPLES[name].length).toBeGreaterThan(3);
    for (const document of SAMPLES[name]) expect(verdicts(name, document)).toEqual(ACCEPTED);
  });
});

/** Edits the first line of this kind, and not the header. */
function inRow(kind: string, edit: Edit): Edit {
  return () => edit(SAMPLES["export-line"].find((line) => (line as JsonObject)["kind"] === kind) ?? null);
}

const ANA = [{ name: "ana", count: 1, of: ["ana"] }];

/** Documents of another form, each made by one edit of the first published one. */
const WRONG: Readonly<Record<Kind, readonly (readonly [what: string, edit: Edit])[]>> = {
  receipt: [
    ["a missing field", without("/anchor")],
    ["a missing field further in", without("/decision/record/prev")],
    ["an unknown field", added("/comment")],
    ["an unknown field further in", added("/decision/record/body/comment")],
    ["another version", set("/v", 9)],
    ["another kind", set("/kind", "countersign/export")],
    ["null for an object", set("/created", null)],
    ["a text for a number", set("/decision/record/seq", "4")],
    ["a fraction", set("/decision/record/seq", 4.5)],
    ["a number below zero", set("/decision/record/seq", -1)],
    ["a number that is not exact", set("/decision/record/seq", 2 ** 53)],
    ["a time without milliseconds", set("/decision/record/at", "2026-11-01T12:00:00Z")],
    ["a month 13", set("/decision/record/at", "2026-13-01T12:00:00.000Z")],
    ["an hour 24", set("/decision/record/at", "2026-12-01T24:00:00.000Z")],
    ["a hash in capitals", set("/decision/record/stream", "AB".repeat(32))],
    ["a hash of 31 bytes", set("/decision/record/stream", "ab".repeat(31))],
    ["a hash of 33 bytes", set("/decision/record/stream", "ab".repeat(33))],
    ["a salt with padding", set("/decision/entrySalt", `${"A".repeat(43)}=`)],
    ["a salt with bits beyond its last byte", set("/decision/entrySalt", `${"A".repeat(42)}B`)],
    ["a salt of 31 bytes", set("/decision/entrySalt", "A".repeat(42))],
    ["a salt in base64", set("/decision/entrySalt", `${"A".repeat(42)}+`)],
    ["an unknown outcome", set("/decision/record/body/outcome", "approve")],
    ["65 signatures", repeated("/decision/record/body/signatures", 65)],
    ["an empty proof", set("/decision/proof", "")],
    ["a decision as record 0", set("/created/record/type", "decision")],
    ["a decision as a change of the directory", set("/directory/0/record/type", "decision")],
    ["1,001 changes of the directory", repeated("/directory", 1_001)],
    ["a change without a place for its evidence", without("/directory/0/evidence")],
    ["a change that does nothing to people", set("/directory/0/record/body/change", null)],
    ["a user name in what a change does", added("/directory/0/record/body/change/username")],
    [
      "17 passkeys that end",
      set(
        "/directory/0/record/body/change/revoked",
        Array.from({ length: 17 }, () => "AA"),
      ),
    ],
    ["a decision without evidence", set("/decision/evidence", null)],
    ["a signer without an assertion", without("/decision/evidence/signers/0/assertion")],
    ["a payload that is a list", set("/decision/evidence/payload", [])],
    ["a list", () => []],
  ],
  "export-line": [
    ["a missing field", without("/count")],
    ["an unknown field", added("/comment")],
    ["no kind", without("/kind")],
    ["an unknown kind", set("/kind", "header")],
    ["the kind of another line", set("/kind", "created")],
    ["an export of no records", set("/count", 0)],
    ["an origin of 281 characters", set("/logOrigin", "x".repeat(281))],
    ["an empty origin", set("/logOrigin", "")],
    ["a stream id that is not hexadecimal", set("/stream", "g".repeat(64))],
    ["a text", () => "header"],
    ["record 0 with a proof", inRow("created", added("/sealed/proof", "a proof"))],
    ["a change that is sealed as a decision", inRow("change", set("/sealed/record/type", "decision"))],
    ["a decision without its label", inRow("decision", without("/sealed/label"))],
    ["an unsigned record with evidence", inRow("record", added("/sealed/evidence", null))],
    ["an erased record that is not erased", inRow("erased", set("/erased", false))],
    ["an erased record with its salt", inRow("erased", added("/entrySalt", "A".repeat(43)))],
  ],
  policy: [
    ["a missing field", without("/breakGlass")],
    ["an unknown field", added("/quorum")],
    ["a name of 201 characters", set("/name", "x".repeat(201))],
    ["a number for true or false", set("/excludeRequester", 1)],
    ["an unknown rule of rejection", set("/rejection", "last")],
    ["no stage", set("/stages", [])],
    ["five stages", repeated("/stages", 5)],
    ["a stage without a name", without("/stages/0/name")],
    ["a stage that needs nobody", set("/stages/0/needs", [])],
    ["nine needs", repeated("/stages/0/needs", 9)],
    ["an unknown field of a need", added("/stages/0/needs/0/kind")],
    ["a person without an id", set("/stages/0/needs/0/of", [""])],
    ["an id of 129 characters", set("/stages/0/needs/0/of", ["x".repeat(129)])],
    ["a count of zero", set("/stages/0/needs/0/count", 0)],
    ["a count of 65", set("/stages/0/needs/0/count", 65)],
    ["a need of nobody", set("/stages/0/needs/0/of", [])],
    ["a need of 65 people", set("/stages/0/needs/0/of", Array.from({ length: 65 }, String))],
    ["an escalation at once", set("/escalations", [{ afterSeconds: 0, stage: 1, needs: ANA }])],
    ["an escalation after 31 days", set("/escalations", [{ afterSeconds: 2_678_400, stage: 1, needs: ANA }])],
    ["an escalation of stage zero", set("/escalations", [{ afterSeconds: 1, stage: 0, needs: ANA }])],
    ["an escalation of a fifth stage", set("/escalations", [{ afterSeconds: 1, stage: 5, needs: ANA }])],
    [
      "nine escalations",
      set(
        "/escalations",
        Array.from({ length: 9 }, () => ({ afterSeconds: 1, stage: 1, needs: ANA })),
      ),
    ],
    ["a minimum of nobody", set("/minimum", 0)],
    ["a request that is open for no time", set("/expiresInSeconds", 0)],
    ["a use within no time", set("/executeWithinSeconds", 0)],
    ["an unknown rule of quiet hours", set("/quietHours", "late")],
    ["no word on how it was chosen", without("/chosen")],
    ["a choice without a rule", set("/chosen", { seq: 1, rules: null, document: null, groups: [] })],
    ["an id that is a number", set("/breakGlass", [7])],
    ["65 people for an emergency", set("/breakGlass", Array.from({ length: 65 }, String))],
  ],
  statement: [
    ["a missing field", without("/reason")],
    ["an unknown field", added("/comment")],
    ["a missing field further in", without("/requester/person")],
    ["an unknown field further in", added("/approver/role")],
    ["an unknown vote", set("/vote", "approved")],
    ["no action", set("/action", "")],
    ["an action of 201 characters", set("/action", "x".repeat(201))],
    ["a reason of 1,001 characters", set("/reason", "x".repeat(1_001))],
    ["a user name of 33 characters", set("/approver/username", "x".repeat(33))],
    ["a time in another zone", set("/issued", "2026-11-01T12:00:00.000+00:00")],
    ["a time with a line end", set("/issued", "2026-11-01T12:00:00.000Z\n")],
    ["a day zero", set("/issued", "2026-11-00T12:00:00.000Z")],
    ["a limit of no seconds", set("/executeWithinSeconds", 0)],
    ["a limit of 31 days", set("/executeWithinSeconds", 31 * 24 * 3_600)],
    ["stage zero", set("/stage", 0)],
    ["a policy hash in base64url", set("/policyHash", "A".repeat(43))],
    [
      "65 positions",
      set(
        "/display/order",
        Array.from({ length: 65 }, (_none, place) => place),
      ),
    ],
    ["the position 10,000", set("/display/order", [10_000])],
    ["no display", set("/display", null)],
  ],
  template: [
    ["a missing field", without("/sentence")],
    ["an unknown field", added("/hidden")],
    ["a missing field further in", without("/fields/0/prominent")],
    ["an unknown field further in", added("/fields/0/hidden")],
    ["another kind", set("/kind", "countersign/statement")],
    ["no sentence", set("/sentence", "")],
    ["a sentence of 301 characters", set("/sentence", "x".repeat(301))],
    ["an empty label", set("/fields/0/label", "")],
    ["a label of 61 characters", set("/fields/0/label", "x".repeat(61))],
    ["33 fields", repeated("/fields", 33)],
  ],
  change: [
    ["a missing field", without("/role")],
    ["an unknown field", added("/comment")],
    ["an unknown change", set("/change", "renamed")],
    ["the name of another change", set("/change", "revealed")],
    ["another version", set("/v", 2)],
    ["an unknown role", set("/role", "root")],
    ["an empty credential id", set("/credential/id", "")],
    ["a credential id of 1,024 bytes", set("/credential/id", "A".repeat(1_366))],
    ["a public key with padding", set("/credential/publicKey", "AA==")],
  ],
};

describe.each(schemas)("a $name of another form is refused by schema and verifier alike", ({ name }) => {
  it.each(WRONG[name])("%s", (_what, edit) => {
    const good = SAMPLES[name][0] ?? null;
    expect(verdicts(name, good)).toEqual(ACCEPTED);
    expect(verdicts(name, edit(good))).toEqual(REFUSED);
  });
});

describe("what only the verifier refuses", () => {
  it.each([
    ["a day that does not exist", "/created", "2026-02-30T12:00:00.000Z"],
    ["a text of too many UTF-16 units", "/action", `${"x".repeat(199)}😀`],
    ["half of a surrogate pair", "/action", "\ud83d"],
  ])("%s", (_what, at, to) => {
    const statement = SAMPLES.statement[0] ?? null;
    expect(
      verdicts(
        "statement",
        editJson(statement, at, () => to),
      ),
    ).toEqual([true, true, false]);
  });
});

/** Each rule of a shape at its limit and one beyond it. */
const RULES: readonly (readonly [
  rule: string,
  shape: shape.Shape<unknown>,
  good: readonly JsonValue[],
  bad: readonly JsonValue[],
])[] = [
  ["a text", shape.text(3, 1), ["a", "abc"], ["", "abcd", 1, null]],
  ["a literal", shape.literal(1), [1], [2, "1", true]],
  ["one of several texts", shape.oneOf("a", "b"), ["a", "b"], ["c", null]],
  ["a number", shape.integer(-5, 5), [-5, 5], [-6, 6, 0.5, "1"]],
  ["true or false", shape.boolean, [true, false], [1, null]],
  ["hexadecimal", shape.hex(2), ["00ff"], ["00", "00ff00", "00f", "00FF"]],
  ["base64url of one size", shape.base64url(2), ["AAA"], ["AA", "AAAA", "AAB", "AAA="]],
  [
    "base64url in a range",
    shape.base64url(1, 4),
    ["AQ", "AAE", "AAAA", "AAAAAA"],
    ["", "A", "AB", "AAAAAAA"],
  ],
  ["null", shape.nullable(shape.text(1)), [null, "a"], ["ab", 0]],
  ["a list", shape.list(shape.integer(), 2, 1), [[0], [0, 1]], [[], [0, 1, 2], ["0"], {}]],
  ["any object", shape.anyObject, [{}, { a: 1 }], [[], null, "a"]],
];

function documentOf(form: shape.Shape<unknown>, fields = {}): DocumentDefinition {
  return {
    name: "sample",
    title: "A sample",
    description: "For a test.",
    unchecked: "nothing",
    shape: form,
    fields,
  };
}

describe("a rule of a shape and its schema accept the same", () => {
  it.each(RULES)("%s", (_rule, value, good, bad) => {
    const root = documentOf(shape.object({ v: shape.literal(1), value }));
    const all = [...good, ...bad].map((each) => ({ v: 1, value: each }));
    for (const accepts of judges(jsonSchemaOf(root, [root]), root.shape))
      expect(all.filter(accepts)).toEqual(all.slice(0, good.length));
  });
});

describe("the writer of schemas stops at", () => {
  const version = { v: shape.literal(1) };
  it.each([
    ["a description of a field that is not there", documentOf(shape.object(version), { seq: "" })],
    ["a document without a version", documentOf(shape.object({}))],
    [
      "a variant that also accepts the name of another one",
      documentOf(shape.variant("kind", { a: shape.object({ ...version, kind: shape.oneOf("a", "b") }) })),
    ],
  ])("%s", (_what, root) => expect(() => jsonSchemaOf(root, [root])).toThrow(RangeError));
});

/** Replacements of every type. Each text is right in some fields and wrong in others. */
const TEXTS = ["", "a", "A", "AA", "AB", "approve", "decision", "person", "2026-11-01T12:00:00.000Z"];
const LONG_TEXTS = ["A".repeat(43), "0".repeat(64), "x".repeat(201), "x".repeat(1_001)];
const NUMBERS = [0, 1, -1, 1.5, 65, 2 ** 53];
const OBJECTS = [{}, { kind: "person", person: "a" }, { id: "a", username: "b" }, { id: "AA" }];
const VALUES: readonly JsonValue[] = [
  null,
  true,
  false,
  [],
  [null],
  ...TEXTS,
  ...LONG_TEXTS,
  ...NUMBERS,
  ...OBJECTS,
];

function placesOf(value: JsonValue, at = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, `${at}/${name}`))];
}

/** Another value here, none, or one beside it. */
const editsAt = (at: string, to: JsonValue): readonly Edit[] =>
  at === "" ? [set(at, to)] : [set(at, to), without(at), added(`${at} added`, to)];

describe.each(schemas)("a $name with a random edit", ({ name }) => {
  it(
    "has the same form for the schema as for the verifier",
    () => {
      const samples = SAMPLES[name].map((document) => [document, placesOf(document)] as const);
      const edited = fc.constantFrom(...samples).chain(([document, places]) =>
        fc
          .tuple(fc.constantFrom(...places), fc.constantFrom(...VALUES))
          .chain(([at, to]) => fc.constantFrom(...editsAt(at, to)))
          .map((edit) => edit(document)),
      );
      const agree = fc.property(edited, (document) => {
        const [first, ...others] = verdicts(name, document);
        expect(others).toEqual([first, first]);
      });
      fc.assert(agree, { numRuns: RUNS });
    },
    TIMEOUT_MILLISECONDS,
  );
});
