import type { Context, Handler, MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { Principal, Scope } from "../../app/account/principal.ts";
import type { Runtime } from "../../app/runtime.ts";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { readJsonBody } from "../json-body.ts";
import type { ProblemCode } from "../problem.ts";
import { validate, validateQuery, type Validated } from "../validate.ts";
import { authenticate, authenticateWithCache, requireScope, type KeyEnv } from "../api-key-auth.ts";
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
  readonly method: "get" | "post";
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** A repetition with the same `Idempotency-Key` gets the first answer. */
  readonly repeatable?: true;
  readonly status: 200 | 201;
  /** A schema with an example, or the media type of a format of its own. */
  readonly answer: JsonAnswer | { readonly media: string };
  readonly problems: readonly ProblemCode[];
}

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

/** What a handler gets of a call: authenticated, authorised and valid. */
export interface RestCall<Body = unknown, Query = unknown> {
  readonly context: Context<KeyEnv>;
  readonly runtime: Runtime;
  readonly principal: Principal;
  /** The id in the path, or empty. */
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
  /** For calls that agents repeat often: spares the look-up of the key. */
  readonly isKeyCached?: true;
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
>({ handler, isKeyCached, ...operation }: KeyOperation<Request, Query>): Operation {
  const authentication: MiddlewareHandler<KeyEnv> = isKeyCached ? authenticateWithCache : authenticate;
  const handle: Handler<KeyEnv> = async (context) => {
    const { raw } = context.req;
    const query = operation.query && orRefuse(validateQuery(operation.query, new URL(raw.url).searchParams));
    const body = operation.request && orRefuse(operation.request.read(orRefuse(await readJsonBody(raw))));
    return handler({
      context,
      runtime: context.get("runtime"),
      principal: context.get("principal"),
      id: context.req.param("id") ?? "",
      query: query as QueryOf<Query>,
      body: body as BodyOf<Request>,
      idempotencyKey: operation.repeatable ? orRefuse(readIdempotencyKey(raw.headers)) : null,
    });
  };
  return { ...operation, handlers: [authentication, requireScope(operation.scope), handle] };
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
