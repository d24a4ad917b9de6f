import type { Html } from "../../../web/console/html-text.ts";
import type { Visitor } from "../../../web/site/site-layout.tsx";
import { securityHeaders } from "../browser/pages.ts";
import { askWhoCalls, askWithCookie } from "../browser/session.ts";
import { signUpMode } from "../browser/sign-up-setting.ts";
import type { RequestContext } from "../context.ts";
import { HttpRefusal } from "../http-refusal.ts";
import { logError } from "../log-error.ts";
import { hasDemo } from "./demo-setting.ts";

/** A page that is the same for everybody may be kept for five minutes. */
export const PUBLIC_CACHE = "public, max-age=300";

interface SiteOptions {
  readonly status?: 200 | 404;
  /** Whether the page is the same for everybody. */
  readonly isShared?: boolean;
  /** Of the browser's features, such as "publickey-credentials-get=(self)". */
  readonly permissions?: string;
  /** Whether it has a form, which leads to this host. */
  readonly hasForm?: boolean;
}

export async function siteResponse(
  context: RequestContext,
  page: Html | string,
  { status = 200, isShared = false, permissions = "", hasForm = false }: SiteOptions = {},
): Promise<Response> {
  return context.body(String(await page), status, {
    ...securityHeaders(permissions, hasForm ? { "form-action": "'self'" } : {}),
    "content-type": "text/html; charset=utf-8",
    ...(isShared && { "cache-control": PUBLIC_CACHE }),
  });
}

export async function visitorOf(context: RequestContext): Promise<Visitor> {
  return {
    isSignedIn: await isSignedIn(context),
    canSignUp: signUpMode(context.env) !== "closed",
    hasDemo: hasDemo(context.env),
  };
}

/** A public page is shown, too, while nobody can say who looks at it. */
async function isSignedIn(context: RequestContext): Promise<boolean> {
  try {
    const { result } = await askWithCookie(context, askWhoCalls);
    return result.ok && !result.value.sandbox;
  } catch (problem) {
    if (!(problem instanceof HttpRefusal)) logError("visitor", problem);
    return false;
  }
}
