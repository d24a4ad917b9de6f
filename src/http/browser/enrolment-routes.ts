import { Hono } from "hono";
import { UNKNOWN_LINK } from "../../app/account/enrol.ts";
import { secretHash } from "../../app/account/secret-hash.ts";
import { refOfSecret } from "../../core/confirmation/tenant-secret.ts";
import type { EnrolmentResult, EnrolmentState } from "../../core/pages/account.ts";
import type { HonoEnv, RequestContext } from "../context.ts";
import { answered } from "../desk/desk-answer.ts";
import { findDesk } from "../desk/desk-of.ts";
import { HttpRefusal } from "../http-refusal.ts";
import { placeOf } from "../place.ts";
import { pageBody } from "./page-input.ts";
import { enrolmentBody, enrolmentSecretBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { hasRealSession } from "./real-session.ts";
import { askDesk, askEnrolmentState, setSessionCookie } from "./session.ts";

/** A new person's first passkey, by an enrolment link. */
export const enrolmentRoutes = new Hono<HonoEnv>();

enrolmentRoutes.get("/enrol", (context) => pageResponse(context, "enrol"));

enrolmentRoutes.post("/enrol/begin", pageBody(enrolmentSecretBody), async (context) => {
  const { secret } = context.req.valid("json");
  const { desk, link } = await linkOf(context, secret);
  return context.json(answered(context, await desk().beginEnrolment(link)));
});

enrolmentRoutes.post("/enrol/finish", pageBody(enrolmentBody), async (context) => {
  const { secret, ...form } = context.req.valid("json");
  const { desk, link } = await linkOf(context, secret);
  const by = { place: placeOf(context), isSignedIn: await hasRealSession(context) };
  const { session, ...enrolled } = answered(context, await desk().finishEnrolment(link, form, by));
  setSessionCookie(context, session);
  return context.json(enrolled satisfies EnrolmentResult);
});

/** The one thing that a person sees before their passkey is active. */
enrolmentRoutes.get("/enrol/state", async (context) =>
  context.json((await askDesk(context, askEnrolmentState)) satisfies EnrolmentState),
);

async function linkOf(context: RequestContext, secret: string) {
  const ref = refOfSecret(secret);
  const desk = ref === undefined ? undefined : await findDesk(context, ref);
  if (desk === undefined) throw new HttpRefusal(UNKNOWN_LINK.refusal);
  return { desk, link: secretHash(secret) };
}
