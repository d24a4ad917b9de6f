import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { NO_SESSION, SESSION_DAYS } from "../../app/account/passkey-session.ts";
import { secretHash } from "../../app/account/secret-hash.ts";
import { refOfSecret } from "../../core/confirmation/tenant-secret.ts";
import type { NotFoundData } from "../../core/pages/account.ts";
import type { Result } from "../../core/refusal.ts";
import { answerUnknown, type Answer } from "../../desk/answer.ts";
import { limitUnknownSessions } from "../address-limit.ts";
import type { RequestContext } from "../context.ts";
import { answered, noteRate } from "../desk/desk-answer.ts";
import { whileConnected } from "../desk/wait-at-desk.ts";
import { findDesk, type GetDesk } from "../desk/desk-of.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageResponse, type PageName } from "./pages.ts";

// The session: one cookie. It allows reading, and for some minutes after a touch of the passkey also to change things in
// the console. It never decides.

const COOKIE = "session";

/** A session that may exist: its tenant's Desk knows. */
export interface SessionCaller {
  readonly desk: GetDesk;
  /** The hash of the session's secret. */
  readonly session: string;
}

/** What the Desk answers to a call of the session in the cookie, if there is one. */
export async function askWithCookie<Value>(
  context: RequestContext,
  call: (caller: SessionCaller) => Promise<Answer<Value>>,
): Promise<Answer<Value>> {
  const secret = getCookie(context, COOKIE, "host");
  const ref = secret === undefined ? undefined : refOfSecret(secret);
  if (secret === undefined || ref === undefined) return answerUnknown(NO_SESSION);
  const session = secretHash(secret);
  return limitUnknownSessions(context, session, async () => {
    const desk = await findDesk(context, ref);
    return desk === undefined ? answerUnknown(NO_SESSION) : call({ desk, session });
  });
}

/** What the Desk answers to a call of this session. Without a session, or without a right, the request ends. */
export async function askDesk<Value>(
  context: RequestContext,
  call: (caller: SessionCaller) => Promise<Answer<Value>>,
): Promise<Value> {
  const answer = await askWithCookie(context, call);
  renewCookie(context, answer);
  return answered(context, answer);
}

/** The same for a call that waits at the Desk. Its wait ends when the page is closed. */
export async function askDeskToWait<Value>(
  context: RequestContext,
  ask: (caller: SessionCaller, call: string) => Promise<Answer<Value>>,
): Promise<Value> {
  const call = context.get("requestId");
  return askDesk(context, (caller) =>
    whileConnected(context, context.req.raw.signal, {
      wait: () => ask(caller, call),
      abandon: async () => caller.desk().abandonPageWait(caller.session, call),
    }),
  );
}

/** A page of our own HTML with what the Desk answers. */
export async function sessionPage<Data extends object>(
  context: RequestContext,
  name: PageName | ((data: Data) => PageName),
  call: (caller: SessionCaller) => Promise<Answer<Data>>,
): Promise<Response> {
  return drawWithSession(context, call, (data) =>
    pageResponse(context, typeof name === "string" ? name : name(data), data),
  );
}

/**
 * A page drawn from what the Desk answers. Without a session every address shows the same page, and so it does for a
 * passkey that is not active yet: nobody learns which ids exist.
 */
export async function drawWithSession<Data extends object>(
  context: RequestContext,
  call: (caller: SessionCaller) => Promise<Answer<Data>>,
  draw: (data: Data) => Response | Promise<Response>,
): Promise<Response> {
  const result = await resultWithCookie(context, call);
  return result.ok ? draw(result.value) : drawRefused(context, result);
}

/** What the Desk answers to a call of the session in the cookie. The cookie and the headers of the limits follow it. */
export async function resultWithCookie<Value>(
  context: RequestContext,
  call: (caller: SessionCaller) => Promise<Answer<Value>>,
): Promise<Result<Value>> {
  const answer = await askWithCookie(context, call);
  renewCookie(context, answer);
  noteRate(context, answer);
  return answer.result;
}

/** The page instead of the one that was asked for. */
export async function drawRefused(
  context: RequestContext,
  result: Extract<Result<never>, { ok: false }>,
): Promise<Response> {
  switch (result.refusal.code) {
    case "session_required":
      return pageResponse(context, "signin");
    case "passkey_waiting":
      return pageResponse(context, "waiting", await askDesk(context, askEnrolmentState));
    case "not_found":
      return notFoundPage(context, { forOthers: true });
    case "erased":
      return pageResponse(context, "erased", undefined, 410);
    default:
      return orRefuse(result);
  }
}

/** Names the signed-in person, who may have a second account that sees something here. */
export async function notFoundPage(
  context: RequestContext,
  address: Pick<NotFoundData, "forOthers">,
  status: 404 | 405 = 404,
): Promise<Response> {
  const answer = await askWithCookie(context, askWhoCalls);
  renewCookie(context, answer);
  const { result } = answer;
  const data = result.ok ? ({ ...result.value, ...address } satisfies NotFoundData) : undefined;
  return pageResponse(context, "notfound", data, status);
}

export async function askWhoCalls({ desk, session }: SessionCaller) {
  return desk().identifySession(session);
}

export async function askEnrolmentState({ desk, session }: SessionCaller) {
  return desk().enrolmentState(session);
}

/** The Desk has extended the session. */
function renewCookie(context: RequestContext, { renewed }: Answer<unknown>): void {
  const secret = getCookie(context, COOKIE, "host");
  if (renewed && secret !== undefined) setSessionCookie(context, secret);
}

export function endSession(context: RequestContext): void {
  deleteCookie(context, COOKIE, { prefix: "host", path: "/", secure: true });
}

export function setSessionCookie(context: RequestContext, secret: string): void {
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
