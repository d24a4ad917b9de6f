import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { enrolmentState } from "../../app/account/enrolment-state.ts";
import {
  openSession,
  readSession,
  requireActive,
  SESSION_DAYS,
  type Session,
} from "../../app/account/passkey-session.ts";
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

/** For the state of one's own enrolment, which a session sees before its passkey is active. */
export const requireAnySession: SessionMiddleware = async (context, next) => {
  const session = await optionalSession(context);
  context.set("session", session ?? orRefuse(requireActive(session)));
  await next();
};

/**
 * For pages. Without a session every address shows the same page, and so it does for a passkey that is not active yet:
 * nobody learns which ids exist.
 */
export const requireSessionOrSignIn: SessionMiddleware = async (context, next) => {
  const session = await optionalSession(context);
  if (session === undefined) return pageResponse(context, "signin");
  if (!session.active) return pageResponse(context, "waiting", await enrolmentState(session));
  context.set("session", session);
  return next();
};

export async function sessionOf(context: Context): Promise<Session> {
  return orRefuse(requireActive(await optionalSession(context)));
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

export async function beginSession(
  context: Context,
  opened: Pick<Session, "store" | "passkey">,
): Promise<void> {
  setSessionCookie(context, await openSession((context as SessionContext).get("runtime"), opened));
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
