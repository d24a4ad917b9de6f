import { z } from "zod";
import { RECEIPT_MEDIA_TYPE } from "../../core/evidence/receipt.ts";
import {
  ANSWERS,
  ANYWHERE,
  OPERATIONS,
  REQUESTS,
  WITH_KEY,
  type AnswerName,
  type Operation,
  type RequestName,
} from "./operations.ts";
import { jsonSchema } from "../json-schema.ts";
import { problemKind, problemOf, type ProblemCode } from "../problem.ts";
import { IDEMPOTENCY_KEY } from "./request-schemas.ts";

// The document that programs are written from, made of the schemas that read their requests.

export type OpenApi = Readonly<Record<string, unknown>>;

export function openapi(origin: string): OpenApi {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation, origin) };
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
    paths,
    components: {
      securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "X-Api-Key" } },
      schemas: { ...schemasOf(REQUESTS, "input"), ...schemasOf(ANSWERS, "output") },
    },
  };
}

function described(operation: Operation, origin: string): unknown {
  const { id, summary, scope, request, query, repeatable, path, status, answer, problems } = operation;
  const parameters = [
    ...(path.includes("{id}") ? [ID_PARAMETER] : []),
    ...(query === undefined ? [] : queryParameters(query)),
    ...(repeatable ? [IDEMPOTENCY_PARAMETER] : []),
  ];
  return {
    operationId: id,
    summary,
    description: scope === null ? "Takes no key." : `Takes a key with the scope \`${scope}\`.`,
    security: scope === null ? [] : [{ apiKey: [scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              "application/json": { schema: referenceTo(request.schema), example: request.example },
            },
          },
        }),
    responses: {
      [status]: {
        description: status === 201 ? "Created" : "Done",
        ...(repeatable ? { headers: REPLAYED_HEADER } : {}),
        content:
          "media" in answer
            ? {
                [answer.media]: {
                  schema: { type: answer.media === RECEIPT_MEDIA_TYPE ? "object" : "string" },
                },
              }
            : { "application/json": { schema: referenceTo(answer.schema), example: answer.example(origin) } },
      },
      ...problemResponses([...problems, ...(scope === null ? [] : WITH_KEY), ...ANYWHERE], path),
    },
  };
}

const ID_PARAMETER = { name: "id", in: "path", required: true, schema: { type: "string" } };

const IDEMPOTENCY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "For 24 hours a repetition with the same key and body gets the first answer.",
  schema: { type: "string", pattern: IDEMPOTENCY_KEY.source },
};

const REPLAYED_HEADER = {
  "Idempotency-Replayed": {
    description: "`true` where this is the answer of an earlier call.",
    schema: { type: "string", enum: ["true"] },
  },
};

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

function problemResponses(codes: readonly ProblemCode[], path: string): Readonly<Record<string, unknown>> {
  const byStatus = Map.groupBy(codes, (code) => problemKind(code).status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `\`${code}\`: ${problemKind(code).title}.`).join(" "),
        content: {
          "application/problem+json": {
            schema: referenceTo("Problem"),
            examples: Object.fromEntries(ofStatus.map((code) => [code, { value: exampleOf(code, path) }])),
          },
        },
      },
    ]),
  );
}

function exampleOf(code: ProblemCode, instance: string): unknown {
  return problemOf(
    { instance, requestId: "r_01jgq0x5k3v7m2n8p4r6s9t1w5" },
    { code, detail: problemKind(code).title },
  );
}

function referenceTo(name: RequestName | AnswerName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function schemasOf(
  schemas: Readonly<Record<string, z.ZodType>>,
  io: "input" | "output",
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema, io)]));
}
