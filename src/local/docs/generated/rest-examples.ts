import type { Scope } from "../../../core/confirmation/scopes.ts";
import { CONFIRMATION_ID, KEY_ID, PROJECT_ID, WEBHOOK_ID } from "../../../http/rest/example-ids.ts";
import type { Operation } from "../../../http/rest/operation.ts";
import { fence, shownJson, shownLiteral } from "./markdown.ts";
import type { Schema } from "./json-schema-fields.ts";

// Each call with curl and with fetch. A test runs them against the product.

const LINE_MAX_CHARACTERS = 92;

/** The ids of the examples, and the variables that hold them in the reader's shell and program. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  [CONFIRMATION_ID, "ID"],
  [PROJECT_ID, "PROJECT_ID"],
  [KEY_ID, "KEY_ID"],
  [WEBHOOK_ID, "WEBHOOK_ID"],
]);

/** Keys with scopes that go together, as a reader has them. */
const KEYS: Readonly<Record<Scope, string>> = {
  "confirmations:create": "KEY",
  "confirmations:read": "KEY",
  "confirmations:consume": "KEY",
  manage: "MANAGE_KEY",
  people: "PEOPLE_KEY",
  "audit:read": "AUDIT_KEY",
};

/** What the examples show of a call, besides what its operation says. */
interface Shown {
  /** Of the answer. */
  readonly fields?: readonly string[];
  readonly idempotencyKey?: string;
  readonly query?: string;
}

const SHOWN: Readonly<Record<string, Shown>> = {
  createConfirmation: { fields: ["id", "url"] },
  getConfirmation: { fields: ["status", "decisions"], query: "wait=25" },
  consumeConfirmation: { fields: ["status", "consumedAt"], idempotencyKey: "invoice-4711" },
  getReceipt: {},
  listConfirmations: { fields: ["data", "nextCursor"], query: "status=approved&limit=10" },
  cancelConfirmation: { fields: ["status"] },
  listApprovers: { fields: ["data"] },
  listPeople: { fields: ["data", "next"] },
  getPerson: { fields: ["state", "passkeys"] },
  createInvite: { fields: ["enrolUrl", "expiresAt"] },
  revokeInvitation: { fields: ["revoked"] },
  createRoleChange: { fields: ["url"] },
  createRecovery: { fields: ["enrolUrl", "expiresAt"] },
  removePerson: { fields: ["removed", "url"] },
  listTemplates: { fields: ["data"] },
  createTemplateChange: { fields: ["url"] },
  listGroups: { fields: ["data"] },
  getGroup: { fields: ["content", "change"] },
  putGroup: { fields: ["url"] },
  removeGroup: { fields: ["url"] },
  listPolicies: { fields: ["data"] },
  getPolicy: { fields: ["content", "sentence"] },
  putPolicy: { fields: ["url", "sentence"] },
  removePolicy: { fields: ["url"] },
  getRules: { fields: ["content", "change"] },
  putRules: { fields: ["url", "comparison"] },
  removeRules: { fields: ["url"] },
  tryRules: { fields: ["rule", "policy", "asked"] },
  createProject: { fields: ["id", "name"] },
  listProjects: { fields: ["data"] },
  renameProject: { fields: ["name"] },
  archiveProject: { fields: ["archivedAt"] },
  changeProjectNotices: { fields: ["notices"] },
  createKey: { fields: ["key", "secret", "signUrl"] },
  listKeys: { fields: ["data"], query: `project=${PROJECT_ID}` },
  rotateKey: { fields: ["key", "secret", "signUrl"] },
  revokeKey: { fields: ["state"] },
  createWebhook: { fields: ["webhook", "secret"] },
  listWebhooks: { fields: ["data"] },
  getWebhook: { fields: ["state", "events"] },
  changeWebhook: { fields: ["url"] },
  disableWebhook: { fields: ["state"] },
  enableWebhook: { fields: ["state"] },
  removeWebhook: { fields: ["id"] },
  rotateWebhook: { fields: ["secret", "publicKey"] },
  testWebhook: { fields: ["sequence", "state"] },
  listDeliveries: { fields: ["data", "next"], query: "state=failed" },
  replayDeliveries: { fields: ["count", "hasMore"] },
  exportHistory: {},
  getUsage: { fields: ["plan", "approvals"] },
  getVerification: { fields: ["outcome", "at", "log"] },
};

function shownOf(id: string): Shown {
  const shown = SHOWN[id];
  if (shown === undefined) throw new RangeError(`say what the examples show of ${id}`);
  return shown;
}

export function curlExample(operation: Operation): string {
  const { id, method, scope, request, answer } = operation;
  const { idempotencyKey } = shownOf(id);
  const address = `"$BASE${pathOf(operation, (variable) => `$${variable}`)}"`;
  // With a body, curl sends a POST by itself.
  const isNamed = method !== "get" && !(method === "post" && request !== undefined);
  const verb = isNamed ? `-X ${method.toUpperCase()} ` : "";
  const lines = [
    `curl ${verb}${address}`,
    ...(scope === null ? [] : [`-H "X-Api-Key: $${KEYS[scope]}"`]),
    ...(idempotencyKey === undefined ? [] : [`-H "Idempotency-Key: ${idempotencyKey}"`]),
    ...(request === undefined
      ? []
      : ['-H "Content-Type: application/json"', `-d ${shellText(shownJson(request.example, "  "))}`]),
    ...("media" in answer ? [`-o ${answer.file}`] : []),
  ];
  const line = lines.join(" ");
  return fence("bash", line.length <= LINE_MAX_CHARACTERS ? line : lines.join(" \\\n  "));
}

/** In single quotes, with variables outside of them. */
function shellText(json: string): string {
  const quoted = json.replaceAll("'", String.raw`'\''`);
  const withVariables = [...VARIABLES].reduce(
    (text, [id, variable]) => text.replaceAll(id, `'"$${variable}"'`),
    quoted,
  );
  return `'${withVariables}'`;
}

/** The schema is that of the answer, if it is JSON. */
export function fetchExample(operation: Operation, schema: Schema | undefined): string {
  const { id, method, scope, request } = operation;
  const { fields = [], idempotencyKey } = shownOf(id);
  const headers = {
    ...(scope === null ? {} : { "X-Api-Key": KEYS[scope] }),
    ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
    ...(request === undefined ? {} : { "Content-Type": "application/json" }),
  };
  const constants = new Map([...VARIABLES, ...Object.values(KEYS).map((key) => [key, key] as const)]);
  const options = [
    ...(method === "get" ? [] : [`method: "${method.toUpperCase()}"`]),
    ...(Object.keys(headers).length > 0 ? [`headers: ${shownLiteral(headers, "  ", constants)}`] : []),
    ...(request === undefined
      ? []
      : [`body: JSON.stringify(${shownLiteral(request.example, "  ", constants)})`]),
  ];
  const path = pathOf(operation, (variable) => `\${${variable}}`);
  const address = `\`\${BASE}${path}\``;
  const short = `const answer = await fetch(${address}, { ${options.join(", ")} });`;
  const call =
    options.length === 0
      ? `const answer = await fetch(${address});`
      : short.length <= LINE_MAX_CHARACTERS && !short.includes("\n")
        ? short
        : `const answer = await fetch(${address}, {\n  ${options.join(",\n  ")},\n});`;
  return fence(
    "ts",
    [call, "if (!answer.ok) throw new Error(await answer.text());", readAnswer(fields, schema)].join("\n"),
  );
}

function readAnswer(fields: readonly string[], schema: Schema | undefined): string {
  if (schema === undefined) return "const file: string = await answer.text();";
  const types = fields.map((field) => {
    const property = schema.properties?.[field];
    if (property === undefined) throw new RangeError(`the answer has no field ${field}`);
    return `${field}: ${typeScriptOf(property)}`;
  });
  const line = `const { ${fields.join(", ")} }: { ${types.join("; ")} } = await answer.json();`;
  if (line.length <= LINE_MAX_CHARACTERS) return line;
  return `const { ${fields.join(", ")} }: {\n${types.map((type) => `  ${type};\n`).join("")}} = await answer.json();`;
}

function typeScriptOf(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeScriptOf(one)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.items !== undefined) return `${grouped(typeScriptOf(itemOf(schema.items)))}[]`;
  const types = [schema.type ?? "unknown"].flat();
  return types.map((type) => (type === "object" ? objectType(schema) : (TYPES[type] ?? type))).join(" | ");
}

const TYPES: Readonly<Record<string, string>> = { integer: "number" };
const grouped = (type: string) => (!type.startsWith("{") && type.includes(" | ") ? `(${type})` : type);

/** Of a list's items only what tells one from another. */
function itemOf(items: Schema): Schema {
  const { properties } = items;
  if (properties === undefined) return items;
  const names = Object.keys(properties).slice(0, ITEM_FIELDS);
  return { ...items, properties: Object.fromEntries(names.map((name) => [name, properties[name] ?? {}])) };
}

const ITEM_FIELDS = 3;

function objectType({ properties }: Schema): string {
  if (properties === undefined) return "object";
  const members = Object.entries(properties).map(([name, property]) => `${name}: ${typeScriptOf(property)}`);
  return `{ ${members.join("; ")} }`;
}

function pathOf({ id, path, pathId }: Operation, variable: (name: string) => string): string {
  const { query } = shownOf(id);
  const inPath = path.replace(/\{\w+\}/, pathId?.example ?? "");
  const whole = query === undefined ? inPath : `${inPath}?${query}`;
  return [...VARIABLES].reduce((text, [value, name]) => text.replaceAll(value, variable(name)), whole);
}
