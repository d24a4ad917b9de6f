import { Hono } from "hono";
import { beginDemo } from "../../app/sandbox/begin-demo.ts";
import { SIGNED_IN } from "../../app/sandbox/signed-in.ts";
import { refuse } from "../../core/refusal.ts";
import { pageBody } from "../browser/page-input.ts";
import { emptyBody } from "../browser/page-schemas.ts";
import { hasRealSession } from "../browser/real-session.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { placeOf } from "../place.ts";
import { hasDemo } from "./demo-setting.ts";

/** A sandbox for the live demo. Its page goes on with the routes of an enrolment, of the API and of the approval page. */
export const demoRoutes = new Hono<HonoEnv>();

demoRoutes.post("/demo/begin", pageBody(emptyBody), async (context) => {
  if (!hasDemo(context.env))
    orRefuse(refuse("demo_off", "this server has no live demo; play the recorded one"));
  if (await hasRealSession(context)) orRefuse(SIGNED_IN);
  return context.json(orRefuse(await beginDemo(context.get("platform"), placeOf(context))));
});
