import { Hono } from "hono";
import { beginDemo } from "../../app/sandbox/begin-demo.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { pageBody } from "../browser/page-input.ts";
import { emptyBody } from "../browser/page-schemas.ts";
import { askWithCookie } from "../browser/session.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { placeOf } from "../place.ts";
import { hasDemo } from "./demo-setting.ts";

/** A sandbox for the live demo. Its page goes on with the routes of an enrolment, of the API and of the approval page. */
export const demoRoutes = new Hono<HonoEnv>();

demoRoutes.post("/demo/begin", pageBody(emptyBody), async (context) => {
  if (!hasDemo(context.env))
    orRefuse(refuse("demo_off", "this server has no live demo; play the recorded one"));
  orRefuse(await checkNotSignedIn(context));
  return context.json(orRefuse(await beginDemo(context.get("platform"), placeOf(context))));
});

/** The passkey of the sandbox opens a session, whose cookie would replace that of a real organisation. */
async function checkNotSignedIn(context: RequestContext): Promise<Result<"allowed">> {
  const { result } = await askWithCookie(context, ({ desk, session }) => desk().isSandboxSession(session));
  if (result.ok && !result.value)
    return refuse(
      "signed_in",
      "you are signed in here, and the demo would replace your session; open this page in a private window, or sign out first",
    );
  return result.ok || result.refusal.code === "session_required" ? accept("allowed") : result;
}
