import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { secretHash } from "../app/enrol.ts";
import { openSession, SESSION_DAYS, visitorOf, type Visitor } from "../app/signin.ts";
import { type JsonLimits, type JsonObject } from "../core/json.ts";
import { refuse, type Refusal, type Result } from "../core/refusal.ts";
import { matchShape, type Shape } from "../core/shape.ts";
import { readJsonBody } from "./body.ts";
import { refused, type DoorContext } from "./context.ts";

// The session: one cookie with the power to read. What a browser sends across sites never gets this far.

const COOKIE = "session";
/** A registration of 16 KiB in base64 and some names. */
const FORM_LIMITS: JsonLimits = { maxBytes: 32 * 1024, maxDepth: 8, maxNodes: 100 };

export async function visitor(context: DoorContext): Promise<Visitor | undefined> {
  const secret = sessionSecret(context);
  if (secret === undefined) return undefined;
  const known = await visitorOf(context.get("world"), secret);
  if (known?.renewed === true) keepCookie(context, secret);
  return known;
}

export function sessionSecret(context: DoorContext): string | undefined {
  return getCookie(context, COOKIE, "host");
}

/** By which a session is known here: its secret is kept nowhere. */
export function sessionHash(context: DoorContext): string | undefined {
  const secret = sessionSecret(context);
  return secret === undefined ? undefined : secretHash(secret);
}

/** The visitor, or the refusal of a call that needs one. */
export async function requireVisitor(context: DoorContext): Promise<Visitor | Response> {
  const known = await visitor(context);
  return known ?? refused(context, refuse("session_required", "sign in with your passkey first").refusal);
}

export async function beginSession(context: DoorContext, known: Visitor): Promise<void> {
  keepCookie(context, await openSession(context.get("world"), known));
}

function keepCookie(context: DoorContext, secret: string): void {
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

export function endSession(context: DoorContext): void {
  deleteCookie(context, COOKIE, { prefix: "host", path: "/", secure: true });
}

/** What a page of ours posted, in its shape; or the refusal. */
export async function posted<Value>(context: DoorContext, shape: Shape<Value>): Promise<Value | Response> {
  const foreign = foreignOrigin(context);
  if (foreign) return refused(context, foreign);
  const body: Result<JsonObject> = await readJsonBody(context.req.raw, FORM_LIMITS);
  if (!body.ok) return refused(context, body.refusal);
  const matched = matchShape(shape, body.value);
  return matched.ok ? matched.value : refused(context, matched.refusal);
}

/** A browser says where a call comes from; what comes from elsewhere, or says nothing, is not ours. */
function foreignOrigin(context: DoorContext): Refusal | undefined {
  const site = context.req.header("sec-fetch-site");
  const origin = context.req.header("origin");
  const ours = origin === context.get("world").origin && (site === undefined || site === "same-origin");
  return ours ? undefined : refuse("forbidden_origin", "this call must come from the page itself").refusal;
}
