import { Hono } from "hono";
import { beginSignIn, refuseSignIn } from "../../app/account/sign-in.ts";
import { refOfUserHandle } from "../../core/confirmation/user-handle.ts";
import type { HonoEnv } from "../context.ts";
import { answered } from "../desk/desk-answer.ts";
import { findDesk } from "../desk/desk-of.ts";
import { orRefuse } from "../http-refusal.ts";
import { placeOf } from "../place.ts";
import { pageBody } from "./page-input.ts";
import { emptyBody, signInBody, signOutBody } from "./page-schemas.ts";
import { askWithCookie, endSession, setSessionCookie } from "./session.ts";

/** Signing in and out. */
export const signInRoutes = new Hono<HonoEnv>();

signInRoutes.post("/signin/begin", pageBody(emptyBody), async (context) =>
  context.json(await beginSignIn(context.get("platform"))),
);

signInRoutes.post("/signin/finish", pageBody(signInBody), async (context) => {
  const form = context.req.valid("json");
  // The passkey says which tenant it belongs to. Whether that is true, its signature shows.
  const ref = refOfUserHandle(form.userHandle ?? "");
  const desk = ref === undefined ? undefined : await findDesk(context, ref);
  if (desk === undefined) return orRefuse(await refuseSignIn(context.get("platform"), form));
  setSessionCookie(context, answered(context, await desk().finishSignIn(form, placeOf(context))));
  return context.json({});
});

signInRoutes.post("/signout", pageBody(signOutBody), async (context) => {
  const { everywhere } = context.req.valid("json");
  await askWithCookie(context, ({ desk, session }) => desk().signOut(session, everywhere, placeOf(context)));
  endSession(context);
  return context.json({});
});
