import { Hono } from "hono";
import { beginEnrolment, finishEnrolment } from "../../app/account/enrol.ts";
import type { EnrolmentResult } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageBody } from "./page-input.ts";
import { enrolmentBody, enrolmentSecretBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { beginSession } from "./session.ts";

/** A new person's first passkey, by an enrolment link. */
export const enrolmentRoutes = new Hono<HonoEnv>();

enrolmentRoutes.get("/enrol", (context) => pageResponse(context, "enrol"));

enrolmentRoutes.post("/enrol/begin", pageBody(enrolmentSecretBody), async (context) => {
  const { secret } = context.req.valid("json");
  return context.json(orRefuse(await beginEnrolment(context.get("runtime"), secret)));
});

enrolmentRoutes.post("/enrol/finish", pageBody(enrolmentBody), async (context) => {
  const enrolled = orRefuse(await finishEnrolment(context.get("runtime"), context.req.valid("json")));
  const { store, person, stream, fingerprint, active, approval } = enrolled;
  await beginSession(context, { store, person });
  return context.json({ stream, fingerprint, active, approval } satisfies EnrolmentResult);
});
