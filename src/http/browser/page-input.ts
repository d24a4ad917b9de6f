import type { MiddlewareHandler } from "hono";
import type { z } from "zod";
import type { JsonLimits } from "../../core/encoding/strict-json.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { readJsonBody } from "../json-body.ts";
import { validate, validateQuery, type Validated } from "../validate.ts";
import { askDesk, askWhoCalls } from "./session.ts";

// What our own pages send. `context.req.valid("json")` and `.valid("query")` return it.

/** A registration of 16 KiB in base64 and some names. */
const PAGE_BODY_LIMITS: JsonLimits = { maxBytes: 32 * 1024, maxDepth: 8, maxNodes: 100 };

type Target = "json" | "query";
type ValidatorOf<Name extends Target, Schema extends z.ZodType> = MiddlewareHandler<
  HonoEnv,
  string,
  { in: Record<Name, z.input<Schema>>; out: Record<Name, z.output<Schema>> }
>;

export function pageBody<Schema extends z.ZodType<object>>(schema: Schema): ValidatorOf<"json", Schema> {
  return async (context, next) => {
    context.req.addValidatedData("json", orRefuse(await readPageBody(context, schema)));
    await next();
  };
}

/** For a call that needs a session: whether there is one comes before everything that is wrong with the call. */
export function sessionBody<Schema extends z.ZodType<object>>(schema: Schema): ValidatorOf<"json", Schema> {
  return async (context, next) => {
    const body = await readPageBody(context, schema);
    if (!body.ok) await requireSession(context);
    context.req.addValidatedData("json", orRefuse(body));
    await next();
  };
}

export function sessionQuery<Schema extends z.ZodType<object>>(schema: Schema): ValidatorOf<"query", Schema> {
  return async (context, next) => {
    const query = validateQuery(schema, new URL(context.req.url).searchParams);
    if (!query.ok) await requireSession(context);
    context.req.addValidatedData("query", orRefuse(query));
    await next();
  };
}

async function requireSession(context: RequestContext): Promise<void> {
  await askDesk(context, askWhoCalls);
}

/** The origin comes first: what another site sends is not even read. */
async function readPageBody<Schema extends z.ZodType>(
  context: RequestContext,
  schema: Schema,
): Promise<Result<z.output<Schema>> | Validated<z.output<Schema>>> {
  if (!isOwnOrigin(context))
    return refuse("forbidden_origin", "this call must come from our own page; open the page and try again");
  const body = await readJsonBody(context.req.raw, PAGE_BODY_LIMITS);
  return body.ok ? validate(schema, body.value) : body;
}

/** Browsers name the origin of every POST. Another origin, or none, means that our page did not send it. */
export function isOwnOrigin(context: RequestContext): boolean {
  const site = context.req.header("sec-fetch-site");
  const origin = context.req.header("origin");
  return origin === context.get("platform").origin && (site === undefined || site === "same-origin");
}
