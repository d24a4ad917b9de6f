import { z } from "zod";
import type { Scope } from "../../core/confirmation/scopes.ts";
import { RECEIPT_MEDIA_TYPE } from "../../core/evidence/receipt.ts";
import { jsonSchema } from "../schemas/json-schema.ts";
import { problemDefinition, problemDetails, type ProblemCode } from "../problem.ts";
import { problemAnswer } from "./answer-schemas.ts";
import type { Operation, PathId } from "./operation.ts";
import { OPERATION_GROUPS, OPERATIONS } from "./operations.ts";
import { IDEMPOTENCY_KEY_PATTERN } from "./request-schemas.ts";

// The OpenAPI document, made of the table and the schemas that also run the API.

type OpenApi = Readonly<Record<string, unknown>>;

/** The problems of every operation, and of every operation with a key. */
export const COMMON_PROBLEMS: readonly ProblemCode[] = ["rate_limited", "internal_error", "unavailable"];
export const KEY_PROBLEMS: readonly ProblemCode[] = ["unauthorized", "forbidden_scope", "tenant_moving"];
/** A key with one of these scopes does no more than the person who created it may do now, and nothing in a sandbox. */
export const RIGHTS_PROBLEMS: readonly ProblemCode[] = ["not_allowed", "demo_organisation"];
const NEEDS_RIGHTS: readonly (Scope | null)[] = ["manage", "people"];
const PROBLEM = "Problem";

export function openapi(origin: string): OpenApi {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { name, operations } of OPERATION_GROUPS) {
    for (const operation of operations) {
      const description = { tags: [name], ...descriptionOf(operation, origin) };
      paths[operation.path] = { ...paths[operation.path], [operation.method]: description };
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Countersign",
      version: "1",
      description:
        "Ask a named person to sign an exact action with a passkey, and act only if `status` is `approved`. Every refusal is a problem document (RFC 9457) with a stable `code`; its `type` is `/problems/<code>`.",
    },
    servers: [{ url: origin }],
    security: [{ apiKey: [] }],
    tags: OPERATION_GROUPS.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "X-Api-Key" } },
      schemas: schemasOf(OPERATIONS),
    },
  };
}

const SUCCESSES = { 200: "Done", 201: "Created", 202: "Accepted" } as const;

/** Every problem that the operation may answer. */
export function problemsOf({
  problems,
  scope,
}: Pick<Operation, "problems" | "scope">): readonly ProblemCode[] {
  const ofKey =
    scope === null ? [] : [...KEY_PROBLEMS, ...(NEEDS_RIGHTS.includes(scope) ? RIGHTS_PROBLEMS : [])];
  return [...new Set([...problems, ...ofKey, ...COMMON_PROBLEMS])];
}

function descriptionOf(operation: Operation, origin: string): object {
  const { id, summary, description, pathId, scope, request, query, repeatable, path, status, answer } =
    operation;
  const parameters = [
    ...(pathId === undefined ? [] : [pathParameter(pathId)]),
    ...(query === undefined ? [] : queryParameters(query)),
    ...(repeatable ? [IDEMPOTENCY_PARAMETER] : []),
  ];
  return {
    operationId: id,
    summary,
    description: `${description} ${scope === null ? "Needs no key." : `Needs a key with the scope \`${scope}\`.`}`,
    security: scope === null ? [] : [{ apiKey: [scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: referenceTo(request.name), example: request.example } },
          },
        }),
    responses: {
      [status]: {
        description: SUCCESSES[status],
        ...headersOf(operation),
        content: contentOf(answer, origin),
      },
      ...problemResponses(problemsOf(operation), path),
    },
  };
}

function pathParameter({ parameter, description, example }: PathId): unknown {
  return {
    name: parameter ?? "id",
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
    example,
  };
}

const IDEMPOTENCY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "For 24 hours, a repetition with the same key and body gets the first answer.",
  schema: { type: "string", pattern: IDEMPOTENCY_KEY_PATTERN.source },
};

const REPLAYED_HEADER = {
  "Idempotency-Replayed": {
    description: "`true` if this is the answer of an earlier call.",
    schema: { type: "string", enum: ["true"] },
  },
};

const LIMIT_HEADERS = {
  "RateLimit-Policy": {
    description: "The limit that counts this call: `q` calls in `w` seconds.",
    schema: { type: "string", examples: ['"polls";q=6000;w=60'] },
  },
  RateLimit: {
    description: "What remains of it: `r` calls in the next `t` seconds.",
    schema: { type: "string", examples: ['"polls";r=5999;t=60'] },
  },
};

function headersOf({ scope, repeatable }: Operation): Readonly<Record<string, unknown>> {
  const headers = { ...(scope === null ? {} : LIMIT_HEADERS), ...(repeatable ? REPLAYED_HEADER : {}) };
  return Object.keys(headers).length > 0 ? { headers } : {};
}

function queryParameters(query: z.ZodObject): readonly unknown[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...described } = jsonSchema(schema as z.ZodType, "output");
    return {
      name,
      in: "query",
      required: false,
      ...(description === undefined ? {} : { description }),
      schema: described,
    };
  });
}

function contentOf(answer: Operation["answer"], origin: string): Readonly<Record<string, unknown>> {
  if ("media" in answer)
    return {
      [answer.media]: { schema: { type: answer.media === RECEIPT_MEDIA_TYPE ? "object" : "string" } },
    };
  return { "application/json": { schema: referenceTo(answer.name), example: answer.example(origin) } };
}

function problemResponses(codes: readonly ProblemCode[], path: string): Readonly<Record<string, unknown>> {
  const byStatus = Map.groupBy(codes, (code) => problemDefinition(code).status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${problemDefinition(code).title}.`).join(" "),
        content: {
          "application/problem+json": {
            schema: referenceTo(PROBLEM),
            examples: Object.fromEntries(ofStatus.map((code) => [code, { value: exampleOf(code, path) }])),
          },
        },
      },
    ]),
  );
}

function exampleOf(code: ProblemCode, instance: string): unknown {
  return problemDetails(
    { instance, requestId: "r_01jgq0x5k3v7m2n8p4r6s9t1w5" },
    { code, detail: problemDefinition(code).title },
  );
}

function referenceTo(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function schemasOf(operations: readonly Operation[]): Readonly<Record<string, unknown>> {
  const requests = operations.flatMap(({ request }) =>
    request === undefined ? [] : [[request.name, jsonSchema(request.schema, "input")] as const],
  );
  const answers = operations.flatMap(({ answer }) =>
    "media" in answer ? [] : [[answer.name, jsonSchema(answer.schema, "output")] as const],
  );
  return Object.fromEntries([...requests, ...answers, [PROBLEM, jsonSchema(problemAnswer, "output")]]);
}
