import { Hono } from "hono";
import { beginEnrolment, finishEnrolment } from "../../app/account/enrol.ts";
import { enrolmentState } from "../../app/account/enrolment-state.ts";
import type { EnrolmentResult, EnrolmentState } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageBody } from "./page-input.ts";
import { enrolmentBody, enrolmentSecretBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { beginSession, requireAnySession } from "./session.ts";

/** A new person's first passkey, by an enrolment link. */
export const enrolmentRoutes = new Hono<HonoEnv>();

enrolmentRoutes.get("/enrol", (context) => pageResponse(context, "enrol"));

enrolmentRoutes.post("/enrol/begin", pageBody(enrolmentSecretBody), async (context) => {
  const { secret } = context.req.valid("json");
  return context.json(orRefuse(await beginEnrolment(context.get("runtime"), secret)));
});

enrolmentRoutes.post("/enrol/finish", pageBody(enrolmentBody), async (context) => {
  const enrolled = orRefuse(await finishEnrolment(context.get("runtime"), context.req.valid("json")));
  const { store, passkey, stream, fingerprint, active, approval } = enrolled;
  await beginSession(context, { store, passkey });
  return context.json({ stream, fingerprint, active, approval } satisfies EnrolmentResult);
});

/** The one thing that a person sees before their passkey is active. */
enrolmentRoutes.get("/enrol/state", requireAnySession, async (context) =>
  context.json((await enrolmentState(context.get("session"))) satisfies EnrolmentState),
);
