import type { Context, Handler } from "hono";
import type { z } from "zod";
import type { Scope } from "../../core/confirmation/scopes.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { readJsonBody } from "../json-body.ts";
import type { ProblemCode } from "../problem.ts";
import { validate, validateQuery, type Validated } from "../validate.ts";
import { keyCallerOf, type KeyCaller } from "../desk/key-caller.ts";
import { answered } from "../desk/desk-answer.ts";
import { readIdempotencyKey } from "./request-schemas.ts";

// One operation of the REST API: its description for the OpenAPI document, and the handlers that Hono runs.

export interface Operation extends Description {
  /** Null: needs no key. */
  readonly scope: Scope | null;
  readonly request?: RequestBody<unknown> | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly handlers: readonly [Handler, ...Handler[]];
}

interface Description {
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: string;
  readonly id: string;
  /** A few words, which are also its heading in the documents. */
  readonly summary: string;
  /** What a caller must know besides: sentences in Markdown. */
  readonly description: string;
  /** What `{id}` or `{name}` in the path is. */
  readonly pathId?: PathId;
  /** A repetition with the same `Idempotency-Key` gets the first answer. */
  readonly repeatable?: true;
  readonly status: 200 | 201 | 202;
  /** A schema with an example, or the media type of a format of its own, and how to name such a file. */
  readonly answer: JsonAnswer | { readonly media: string; readonly file: string };
  readonly problems: readonly ProblemCode[];
}

/** Operations on one kind of thing. */
export interface OperationGroup {
  readonly name: string;
  /** Sentences in Markdown. */
  readonly description: string;
  readonly operations: readonly Operation[];
}

export interface PathId {
  /** As the path names it; `id` if left out. */
  readonly parameter?: "name";
  readonly description: string;
  readonly example: string;
}

/** Every operation with a body has these. */
export const BODY_PROBLEMS: readonly ProblemCode[] = [
  "payload_not_canonical",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
];

/** A JSON body and its name in the OpenAPI document. */
interface RequestBody<Body> {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
  readonly read: (body: JsonObject) => Validated<Body>;
}

interface JsonAnswer {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly example: (origin: string) => unknown;
}

/** What a handler gets of a call. The Desk that it asks authenticates the key and checks its scope. */
export interface RestCall<Body = unknown, Query = unknown> extends KeyCaller {
  readonly context: Context<HonoEnv>;
  /** The id or the name in the path, or empty. */
  readonly id: string;
  readonly body: Body;
  readonly query: Query;
  readonly idempotencyKey: string | null;
}

interface KeyOperation<
  Request extends RequestBody<unknown> | undefined,
  Query extends z.ZodObject | undefined,
> extends Description {
  readonly scope: Scope;
  readonly request?: Request;
  readonly query?: Query;
  readonly handler: (call: RestCall<BodyOf<Request>, QueryOf<Query>>) => Promise<Response>;
}

type BodyOf<Request> = Request extends RequestBody<infer Body> ? Body : undefined;
type QueryOf<Query> = Query extends z.ZodObject ? z.output<Query> : undefined;

/** An operation that needs an API key with a scope. */
export function keyOperation<
  Request extends RequestBody<unknown> | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
>({ handler, ...operation }: KeyOperation<Request, Query>): Operation {
  const handle: Handler<HonoEnv> = async (context) => {
    const { raw } = context.req;
    const caller = await keyCallerOf(context);
    const input = await readInput(operation, raw).catch(async (refusal: unknown) => {
      // Whether the key may do this comes before everything that is wrong with the request.
      answered(context, await caller.desk().identify(caller.key, operation.scope));
      throw refusal;
    });
    return handler({
      ...caller,
      context,
      id: context.req.param(operation.pathId?.parameter ?? "id") ?? "",
      query: input.query as QueryOf<Query>,
      body: input.body as BodyOf<Request>,
      idempotencyKey: input.idempotencyKey,
    });
  };
  return { ...operation, handlers: [handle] };
}

async function readInput(
  { query, request, repeatable }: Pick<Operation, "query" | "request" | "repeatable">,
  raw: Request,
) {
  return {
    query: query && orRefuse(validateQuery(query, new URL(raw.url).searchParams)),
    body: request && orRefuse(request.read(orRefuse(await readJsonBody(raw)))),
    idempotencyKey: repeatable ? orRefuse(readIdempotencyKey(raw.headers)) : null,
  };
}

/** An operation that anybody may call, without a key. */
export function publicOperation({
  handler,
  ...description
}: Description & { readonly handler: (context: RequestContext) => Promise<Response> }): Operation {
  const handle: Handler<HonoEnv> = handler;
  return { ...description, scope: null, handlers: [handle] };
}

export function requestBody<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  example: unknown,
): RequestBody<z.output<Schema>> {
  return { name, schema, example, read: (body) => validate(schema, body) };
}
