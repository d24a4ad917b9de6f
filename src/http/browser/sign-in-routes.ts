import { Hono } from "hono";
import { closeSession } from "../../app/account/passkey-session.ts";
import { beginSignIn, finishSignIn } from "../../app/account/sign-in.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageBody } from "./page-input.ts";
import { emptyBody, signInBody, signOutBody } from "./page-schemas.ts";
import { beginSession, endSession, sessionSecret } from "./session.ts";

/** Signing in and out. */
export const signInRoutes = new Hono<HonoEnv>();

signInRoutes.post("/signin/begin", pageBody(emptyBody), async (context) =>
  context.json(await beginSignIn(context.get("runtime"))),
);

signInRoutes.post("/signin/finish", pageBody(signInBody), async (context) => {
  const signedIn = orRefuse(await finishSignIn(context.get("runtime"), context.req.valid("json")));
  await beginSession(context, signedIn);
  return context.json({});
});

signInRoutes.post("/signout", pageBody(signOutBody), async (context) => {
  const secret = sessionSecret(context);
  const { everywhere } = context.req.valid("json");
  if (secret !== undefined) await closeSession(context.get("runtime"), secret, everywhere);
  endSession(context);
  return context.json({});
});
