import { SHOWN_ORIGIN } from "../../../core/docs/shown-origin.ts";
import { RECEIPT_MEDIA_TYPE } from "../../../core/evidence/receipt.ts";
import { COMMON_PROBLEMS, KEY_PROBLEMS, openapi, RIGHTS_PROBLEMS } from "../../../http/rest/openapi.ts";
import { problemDefinition, type ProblemCode } from "../../../http/problem.ts";
import { BODY_PROBLEMS, type Operation } from "../../../http/rest/operation.ts";
import { OPERATION_GROUPS } from "../../../http/rest/operations.ts";
import { fieldsTable, kindAndMeaning, meaningOf, typeOf, type Schema } from "./json-schema-fields.ts";
import { anchorOf } from "../../../core/docs/anchors.ts";
import { code, fence, joined, link, problemLink, shownJson, table } from "./markdown.ts";
import { curlExample, fetchExample } from "./rest-examples.ts";

// The reference of the REST API, made of the OpenAPI document and the table that it is made from.

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}

type Schemas = Readonly<Record<string, Schema>>;
/** Where an answer is explained, and its examples so far. */
interface Explanation {
  readonly operation: Operation;
  readonly examples: object[];
}

/** By the name of the answer's schema. */
type Explained = Map<string, Explanation>;

const INTRODUCTION = `# REST reference

Every call of the API, generated from the [OpenAPI document](${SHOWN_ORIGIN}/openapi.json), which is generated from the schemas that read the requests. [REST API](api.md) explains what the calls have in common: statuses, idempotency, limits.

Send an API key in the header \`X-Api-Key\`. Bodies and answers are JSON. A user name has 1 to 32 characters: a to z, 0 to 9, and after the first one also \`.\`, \`_\` and \`-\`. A refusal is a problem document with a \`code\`; [Errors](errors.md) explains each.

In the examples, \`BASE\` is \`${SHOWN_ORIGIN}\`. \`KEY\` is an API key with the usual scopes; \`PEOPLE_KEY\`, \`MANAGE_KEY\` and \`AUDIT_KEY\` are keys with the scopes \`people\`, \`manage\` and \`audit:read\`. \`ID\`, \`PROJECT_ID\`, \`KEY_ID\` and \`WEBHOOK_ID\` are ids from earlier answers. They are variables of the shell, and constants in TypeScript.`;

const EVERY_CALL = "Problems of every call";

const COMMON = joined([
  `## ${EVERY_CALL}`,
  table(
    ["Calls", "Problems"],
    [
      ["all", problemList(COMMON_PROBLEMS)],
      ["with a key", problemList(KEY_PROBLEMS)],
      ["with a key of the scope `manage` or `people`", problemList(RIGHTS_PROBLEMS)],
      ["with a body", problemList(BODY_PROBLEMS)],
    ],
  ),
]);

export function restReference(): string {
  const document = openapi(SHOWN_ORIGIN);
  const { schemas } = document["components"] as { readonly schemas: Schemas };
  const paths = document["paths"] as Readonly<
    Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>
  >;
  const explained: Explained = new Map();
  const groups = OPERATION_GROUPS.map(({ name, description, operations }) =>
    joined([
      `## ${name}`,
      description,
      ...operations.map((operation) => {
        const { parameters = [] } = paths[operation.path]?.[operation.method] ?? {};
        return operationSection(operation, parameters, schemas, explained);
      }),
    ]),
  );
  return `${joined([INTRODUCTION, COMMON, ...groups])}\n`;
}

function operationSection(
  operation: Operation,
  parameters: readonly Parameter[],
  schemas: Schemas,
  explained: Explained,
): string {
  const { method, path, summary, description, scope, request, answer } = operation;
  const answerSchema = "media" in answer ? undefined : schemas[answer.name];
  const requestSchema = request && schemas[request.name];
  return joined([
    `### ${summary}`,
    `${code(`${method.toUpperCase()} ${path}`)} · ${scope === null ? "no key" : `scope ${code(scope)}`}`,
    description,
    parameters.length > 0 ? joined(["**Parameters**", parametersTable(parameters)]) : null,
    requestSchema ? joined(["**Body**", fieldsTable(requestSchema, { isInput: true })]) : null,
    curlExample(operation),
    fetchExample(operation, answerSchema),
    answerPart(operation, schemas, explained),
    problemsLine(operation),
  ]);
}

function parametersTable(parameters: readonly Parameter[]): string {
  const places: Readonly<Record<string, string>> = { path: "in the path", query: "query", header: "header" };
  return table(
    ["Parameter", "Meaning"],
    parameters.map((parameter) => [
      code(parameter.name),
      kindAndMeaning(
        `${places[parameter.in]}: ${typeOf(parameter.schema, { isInput: true })}${parameter.required ? ", **required**" : ""}`,
        meaningOf({ ...parameter.schema, description: parameter.description }, true),
      ),
    ]),
  );
}

function answerPart(operation: Operation, schemas: Schemas, explained: Explained): string {
  const { answer, status } = operation;
  if ("media" in answer) {
    const format = answer.media === RECEIPT_MEDIA_TYPE ? "the receipt" : "the export";
    return `**Answer** ${status}: ${code(answer.media)}. ${link("Formats", "formats.md")} describes ${format}.`;
  }
  const { name, example } = answer;
  const value = example(SHOWN_ORIGIN) as object;
  const earlier = explained.get(name);
  if (earlier !== undefined) return likeEarlier(status, value, earlier);
  const schema = schemas[name] ?? {};
  const linkOf = (inner: Schema) => linkToExplained(inner, schemas, explained);
  const fields = fieldsTable(schema, { isInput: false, linkOf });
  explained.set(name, { operation, examples: [value] });
  return joined([`**Answer** ${status}`, fields, fence("json", shownJson(value))]);
}

/** For an answer that was explained further up: only what is different in the example. */
function likeEarlier(status: number, value: object, { operation, examples }: Explanation): string {
  const differences = examples.map((example) => differenceOf(value, example));
  const [least = {}] = differences.toSorted(
    (one, other) => Object.keys(one).length - Object.keys(other).length,
  );
  examples.push(value);
  const fields = `the fields of ${sectionLink(operation, operation.summary)}`;
  if (Object.keys(least).length === 0) return `**Answer** ${status}: ${fields}.`;
  return joined([
    `**Answer** ${status}: ${fields}, for example with`,
    fence("json", shownJson({ ...statusIn(value), ...least })),
  ]);
}

function differenceOf(value: object, earlier: object): object {
  const before: Readonly<Record<string, unknown>> = { ...earlier };
  return Object.fromEntries(
    Object.entries(value).filter(([name, one]) => JSON.stringify(one) !== JSON.stringify(before[name])),
  );
}

/** It says whether a program may act, so it is always shown. */
function statusIn(value: object): object {
  return "status" in value ? { status: value.status } : {};
}

/** A schema without what is said of one place where it is used. */
function plain({ description: _description, ...schema }: Schema): string {
  return JSON.stringify(schema);
}

function linkToExplained(inner: Schema, schemas: Schemas, explained: Explained): string | undefined {
  for (const [name, { operation }] of explained) {
    const whole = schemas[name] ?? {};
    if (plain(whole) === plain(inner)) return sectionLink(operation, name);
    if (isPartOf(inner, whole)) {
      const last = Object.keys(inner.properties ?? {}).at(-1) ?? "";
      return `${sectionLink(operation, name)}, up to ${code(last)}`;
    }
  }
  return undefined;
}

/** Whether an object has the first fields of another one, and nothing else. */
function isPartOf({ properties = {} }: Schema, { properties: all = {} }: Schema): boolean {
  const names = Object.keys(properties);
  const first = Object.keys(all).slice(0, names.length);
  return names.length > 3 && JSON.stringify(names) === JSON.stringify(first);
}

function sectionLink({ summary }: Operation, text: string): string {
  return link(text, `#${anchorOf(summary)}`);
}

function problemsLine({ problems, request }: Operation): string {
  const own = request === undefined ? problems : problems.filter((code) => !BODY_PROBLEMS.includes(code));
  const every = link("those of every call", `#${anchorOf(EVERY_CALL)}`);
  return `**Problems**: ${own.length > 0 ? `${problemList(own)}, and ${every}` : every}.`;
}

function problemList(codes: readonly ProblemCode[]): string {
  const byStatus = codes.toSorted((one, other) => statusOf(one) - statusOf(other));
  return byStatus.map((code) => `${problemLink(code)} ${statusOf(code)}`).join(", ");
}

function statusOf(code: ProblemCode): number {
  return problemDefinition(code).status;
}
