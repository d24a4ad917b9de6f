import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { secretHash } from "../../app/account/enrol.ts";
import { openSession, SESSION_DAYS, readSession, type Session } from "../../app/account/sign-in.ts";
import { refuse } from "../../core/refusal.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageResponse } from "./pages.ts";

// The session: one cookie, which allows reading only.

const COOKIE = "session";

export interface SessionEnv extends HonoEnv {
  Variables: HonoEnv["Variables"] & { readonly session: Session };
}
type SessionContext = Context<SessionEnv>;
type SessionMiddleware = MiddlewareHandler<SessionEnv>;

export const requireSession: SessionMiddleware = async (context, next) => {
  context.set("session", await sessionOf(context));
  await next();
};

/** For pages. Without a session every address shows the same page, so that nobody learns which ids exist. */
export const requireSessionOrSignIn: SessionMiddleware = async (context, next) => {
  const session = await optionalSession(context);
  if (session === undefined) return pageResponse(context, "signin");
  context.set("session", session);
  return next();
};

export async function sessionOf(context: Context): Promise<Session> {
  const session = await optionalSession(context);
  return session ?? orRefuse(refuse("session_required", "sign in with your passkey first"));
}

async function optionalSession(context: Context): Promise<Session | undefined> {
  const secret = sessionSecret(context);
  if (secret === undefined) return undefined;
  const session = await readSession((context as SessionContext).get("runtime"), secret);
  if (session?.renewed === true) setSessionCookie(context, secret);
  return session;
}

export function sessionSecret(context: Context): string | undefined {
  return getCookie(context, COOKIE, "host");
}

/** Identifies a session. Its secret is never stored. */
export function sessionHash(context: Context): string | undefined {
  const secret = sessionSecret(context);
  return secret === undefined ? undefined : secretHash(secret);
}

export async function beginSession(context: Context, session: Session): Promise<void> {
  setSessionCookie(context, await openSession((context as SessionContext).get("runtime"), session));
}

export function endSession(context: Context): void {
  deleteCookie(context, COOKIE, { prefix: "host", path: "/", secure: true });
}

function setSessionCookie(context: Context, secret: string): void {
  setCookie(context, COOKIE, secret, {
    prefix: "host",
    path: "/",
    secure: true,
    httpOnly: true,
    // Lax, since people open approval links from chat and mail.
    sameSite: "Lax",
    maxAge: SESSION_DAYS * 24 * 3_600,
  });
}
