import type { Visitor } from "../../../web/site/site-layout.tsx";
import { askWhoCalls, askWithCookie } from "../browser/session.ts";
import { signUpMode } from "../browser/sign-up-setting.ts";
import type { RequestContext } from "../context.ts";
import { HttpRefusal } from "../http-refusal.ts";
import { logError } from "../log-error.ts";
import { hasDemo } from "./demo-setting.ts";

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
