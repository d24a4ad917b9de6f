import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { secretHash } from "../../app/account/enrol.ts";
import { openSession, SESSION_DAYS, readSession, type Session } from "../../app/account/sign-in.ts";
import { type JsonLimits, type JsonObject } from "../../core/encoding/strict-json.ts";
import { refuse, type Refusal, type Result } from "../../core/refusal.ts";
import { matchShape, type Shape } from "../../core/encoding/shape.ts";
import { readJsonBody } from "../json-body.ts";
import { refused, type RequestContext } from "../context.ts";

// The session: one cookie with the power to read. What a browser sends across sites never gets this far.

const COOKIE = "session";
/** A registration of 16 KiB in base64 and some names. */
const FORM_LIMITS: JsonLimits = { maxBytes: 32 * 1024, maxDepth: 8, maxNodes: 100 };

export async function optionalSession(context: RequestContext): Promise<Session | undefined> {
  const secret = sessionSecret(context);
  if (secret === undefined) return undefined;
  const known = await readSession(context.get("runtime"), secret);
  if (known?.renewed === true) keepCookie(context, secret);
  return known;
}

export function sessionSecret(context: RequestContext): string | undefined {
  return getCookie(context, COOKIE, "host");
}

/** By which a session is known here: its secret is kept nowhere. */
export function sessionHash(context: RequestContext): string | undefined {
  const secret = sessionSecret(context);
  return secret === undefined ? undefined : secretHash(secret);
}

/** The visitor, or the refusal of a call that needs one. */
export async function requireSession(context: RequestContext): Promise<Session | Response> {
  const known = await optionalSession(context);
  return known ?? refused(context, refuse("session_required", "sign in with your passkey first").refusal);
}

export async function beginSession(context: RequestContext, known: Session): Promise<void> {
  keepCookie(context, await openSession(context.get("runtime"), known));
}

function keepCookie(context: RequestContext, secret: string): void {
  setCookie(context, COOKIE, secret, {
    prefix: "host",
    path: "/",
    secure: true,
    httpOnly: true,
    // Lax, since the approval link is opened from chat and mail.
    sameSite: "Lax",
    maxAge: SESSION_DAYS * 24 * 3_600,
  });
}

export function endSession(context: RequestContext): void {
  deleteCookie(context, COOKIE, { prefix: "host", path: "/", secure: true });
}

/** What a page of ours posted, in its shape; or the refusal. */
export async function posted<Value>(context: RequestContext, shape: Shape<Value>): Promise<Value | Response> {
  const foreign = foreignOrigin(context);
  if (foreign) return refused(context, foreign);
  const body: Result<JsonObject> = await readJsonBody(context.req.raw, FORM_LIMITS);
  if (!body.ok) return refused(context, body.refusal);
  const matched = matchShape(shape, body.value);
  return matched.ok ? matched.value : refused(context, matched.refusal);
}

/** A browser says where a call comes from; what comes from elsewhere, or says nothing, is not ours. */
function foreignOrigin(context: RequestContext): Refusal | undefined {
  const site = context.req.header("sec-fetch-site");
  const origin = context.req.header("origin");
  const ours = origin === context.get("runtime").origin && (site === undefined || site === "same-origin");
  return ours ? undefined : refuse("forbidden_origin", "this call must come from the page itself").refusal;
}
