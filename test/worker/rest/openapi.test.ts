import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/encoding/bytes.ts";
import { parseJsonObject, type JsonObject, type JsonValue } from "../../../src/core/encoding/strict-json.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { app } from "../../../src/http/app.ts";
import { problemAnswer } from "../../../src/http/rest/answer-schemas.ts";
import { openapi } from "../../../src/http/rest/openapi.ts";
import { OPERATIONS } from "../../../src/http/rest/operations.ts";
import { readCreateRequest } from "../../../src/http/rest/request-schemas.ts";

const ORIGIN = "https://sign.example";
const LIMITS = { maxBytes: 1_000_000, maxDepth: 32, maxNodes: 100_000 };
// As it is served: without undefined members, which JSON omits.
const document = expectOk(parseJsonObject(utf8(JSON.stringify(openapi(ORIGIN))), LIMITS));

function at(value: JsonValue | undefined, ...names: readonly string[]): JsonValue | undefined {
  let member = value;
  for (const name of names) {
    member = typeof member === "object" && member !== null ? (member as JsonObject)[name] : undefined;
  }
  return member;
}

function* everything(value: JsonValue, path = ""): Generator<[path: string, value: JsonValue]> {
  yield [path, value];
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) yield* everything(member, `${path}/${name}`);
}

const textOf = (value: JsonValue | undefined) => (typeof value === "string" ? value : "");
const entries = (value: JsonValue | undefined) => Object.entries((value ?? {}) as JsonObject);
const operations = entries(document["paths"]).flatMap(([path, methods]) =>
  entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    operation,
  })),
);

describe("the OpenAPI document", () => {
  it("has a title, a server and a security scheme", () => {
    expect(document).toMatchObject({ openapi: "3.1.1", servers: [{ url: ORIGIN }] });
    expect(at(document, "info", "title")).toBe("Countersign");
    expect(at(document, "components", "securitySchemes", "apiKey")).toEqual({
      type: "apiKey",
      in: "header",
      name: "X-Api-Key",
    });
  });

  it("has exactly these operations", () => {
    expect(operations.map(({ name }) => name).toSorted()).toEqual([
      "DELETE /api/groups/{name}",
      "DELETE /api/policies/{name}",
      "DELETE /api/rules",
      "GET /api/approvers",
      "GET /api/audit/export",
      "GET /api/confirmations",
      "GET /api/confirmations/{id}",
      "GET /api/confirmations/{id}/receipt",
      "GET /api/groups",
      "GET /api/groups/{name}",
      "GET /api/keys",
      "GET /api/people",
      "GET /api/people/{id}",
      "GET /api/policies",
      "GET /api/policies/{name}",
      "GET /api/projects",
      "GET /api/rules",
      "GET /api/templates",
      "GET /api/usage",
      "GET /api/webhooks",
      "GET /api/webhooks/{id}",
      "GET /api/webhooks/{id}/deliveries",
      "GET /public/log/entries/{id}/verification",
      "POST /api/confirmations",
      "POST /api/confirmations/{id}/cancel",
      "POST /api/confirmations/{id}/consume",
      "POST /api/invites",
      "POST /api/keys",
      "POST /api/keys/{id}/revoke",
      "POST /api/keys/{id}/rotate",
      "POST /api/people/{id}/invitation/revoke",
      "POST /api/people/{id}/remove",
      "POST /api/projects",
      "POST /api/projects/{id}/archive",
      "POST /api/projects/{id}/notices",
      "POST /api/projects/{id}/rename",
      "POST /api/recoveries",
      "POST /api/roles",
      "POST /api/rules/try",
      "POST /api/templates",
      "POST /api/webhooks",
      "POST /api/webhooks/{id}/change",
      "POST /api/webhooks/{id}/disable",
      "POST /api/webhooks/{id}/enable",
      "POST /api/webhooks/{id}/remove",
      "POST /api/webhooks/{id}/replay",
      "POST /api/webhooks/{id}/rotate",
      "POST /api/webhooks/{id}/test",
      "PUT /api/groups/{name}",
      "PUT /api/policies/{name}",
      "PUT /api/rules",
    ]);
    const ids = operations.map(({ operation }) => at(operation, "operationId"));
    expect(new Set(ids).size).toBe(operations.length);
  });

  it("describes every route of the API that the Worker has, and no other", () => {
    const routes = app.routes
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
      // Middleware is for any path below.
      .filter((route) => /^[A-Z]+ \/(?:api|public)\/.*[^*]$/.test(route));
    expect([...new Set(routes)].toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
  });

  it("has no dangling reference, and no unused schema", () => {
    const references = [...everything(document)].filter(([path]) => path.endsWith("/$ref"));
    expect(references.length).toBeGreaterThan(operations.length);
    const targets = references.map(([, target]) => textOf(target));
    expect(targets.filter((target) => at(document, ...target.split("/").slice(1)) === undefined)).toEqual([]);
    const unused = entries(at(document, "components", "schemas")).filter(
      ([name]) => !targets.includes(`#/components/schemas/${name}`),
    );
    expect(unused).toEqual([]);
  });

  it("has no keyword that OpenAPI does not have", () => {
    const unsupported = [...everything(document)].filter(([path]) =>
      /\/(\$schema|\$id|\$defs|~standard)$/.test(path),
    );
    expect(unsupported).toEqual([]);
  });

  it.each(operations)(
    "$name describes its success, its problems, and its key if it needs one",
    ({ path, operation }) => {
      const isPublic = path.startsWith("/public/");
      const responses = entries(at(operation, "responses"));
      const statuses = responses.map(([status]) => status);
      expect(statuses.filter((status) => status.startsWith("2"))).toHaveLength(1);
      expect(statuses).toEqual(
        expect.arrayContaining(isPublic ? ["429", "500"] : ["401", "403", "429", "500"]),
      );
      for (const [status, response] of responses) {
        const content = entries(at(response, "content"));
        expect(content).toHaveLength(1);
        expect(textOf(at(response, "description")).length).toBeGreaterThan(3);
        if (status.startsWith("2")) continue;
        const [[type, media] = []] = content;
        expect(type).toBe("application/problem+json");
        for (const [code, example] of entries(at(media, "examples"))) {
          expect(problemAnswer.strict().parse(at(example, "value"))).toMatchObject({
            code,
            status: Number(status),
          });
        }
      }
      const keys = entries(at(operation, "security", "0")).map(([name]) => name);
      expect(keys).toEqual(isPublic ? [] : ["apiKey"]);
      const named = ((at(operation, "parameters") ?? []) as readonly JsonValue[]).filter(
        (parameter) => at(parameter, "in") === "path",
      );
      expect(named.map((parameter) => `{${textOf(at(parameter, "name"))}}`)).toEqual(
        path.match(/\{\w+\}/g) ?? [],
      );
    },
  );

  it.each(OPERATIONS)("$id has examples that its schemas accept", ({ request, answer }) => {
    const read = [
      request?.schema.safeParse(request.example),
      "schema" in answer && answer.schema.safeParse(answer.example(ORIGIN)),
    ];
    expect(read.flatMap((result) => (result ? [result.error] : [])).filter(Boolean)).toEqual([]);
  });

  it("allows null wherever an answer can be null", () => {
    const schemas = at(document, "components", "schemas");
    const nulls = OPERATIONS.flatMap(({ answer }) =>
      "schema" in answer
        ? [...everything(answer.example(ORIGIN) as JsonValue, answer.name)].filter(
            ([, value]) => value === null,
          )
        : [],
    ).map(([path]) => path);
    const refused = nulls.filter((path) => {
      const [name = "", ...names] = path.split("/");
      let schema = at(schemas, name);
      for (const one of names) {
        const open = ["properties", "items"].every((keyword) => at(schema, keyword) === undefined);
        if (open) return false;
        schema = /^\d+$/.test(one) ? at(schema, "items") : at(schema, "properties", one);
      }
      return ![
        at(schema, "type"),
        ...((at(schema, "anyOf") ?? []) as JsonValue[]).map((one) => at(one, "type")),
      ]
        .flat()
        .includes("null");
    });
    expect(refused).toEqual([]);
    for (const name of ["anchor", "receipt"]) expect(nulls).toContain(`Verification/${name}`);
  });

  it("describes times in a query as the format that the API accepts", () => {
    const [, , created] = at(document, "paths", "/api/confirmations", "get", "parameters") as JsonValue[];
    expect(created).toMatchObject({
      name: "createdAfter",
      schema: { type: "string", format: "date-time" },
    });
  });

  it("states the limits that the API applies", () => {
    const create = at(document, "components", "schemas", "CreateRequest");
    expect(create).toMatchObject({
      type: "object",
      additionalProperties: false,
      required: ["action", "payload"],
      properties: {
        action: { type: "string", minLength: 1, maxLength: 200 },
        payload: { type: "object" },
        expiresInSeconds: { type: "integer", minimum: 30, maximum: 2_592_000 },
      },
    });
    const example = { username: "alex", action: "a", payload: {} };
    const property = (name: string, limit: string) => Number(at(create, "properties", name, limit));
    for (const name of ["expiresInSeconds", "executeWithinSeconds"]) {
      const [low, high] = [property(name, "minimum"), property(name, "maximum")];
      const outcomes = [low - 1, low, high, high + 1].map(
        (value) => readCreateRequest({ ...example, [name]: value }).ok,
      );
      expect([name, ...outcomes]).toEqual([name, false, true, true, false]);
    }
    const query = at(
      document,
      "paths",
      "/api/confirmations/{id}",
      "get",
      "parameters",
    ) as readonly JsonValue[];
    expect(query).toContainEqual({
      name: "wait",
      in: "query",
      required: false,
      description: expect.any(String) as unknown,
      schema: { type: "integer", minimum: 0, maximum: 50, default: 0 },
    });
  });

  it("allows unknown fields in answers, not in requests", () => {
    const requestNames = OPERATIONS.flatMap(({ request }) => (request ? [request.name] : []));
    const closed = entries(at(document, "components", "schemas"))
      .filter(([, schema]) =>
        [...everything(schema)].some(
          ([path, value]) => path.endsWith("/additionalProperties") && value === false,
        ),
      )
      .map(([name]) => name);
    expect(closed.toSorted()).toEqual(requestNames.toSorted());
  });
});
