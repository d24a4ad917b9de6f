import { Hono } from "hono";
import { beginSignUp } from "../../app/organisation/sign-up.ts";
import type { SignUpData } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { placeOf } from "../place.ts";
import { pageBody } from "./page-input.ts";
import { signUpBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { askWhoCalls, askWithCookie } from "./session.ts";
import { checkSignUp, signUpMode } from "./sign-up-setting.ts";

/** A new organisation. Its owner then creates a passkey with the routes of an enrolment. */
export const signUpRoutes = new Hono<HonoEnv>();

signUpRoutes.get("/signup", async (context) => {
  const { result } = await askWithCookie(context, askWhoCalls);
  const data = {
    mode: signUpMode(context.env),
    person: result.ok && !result.value.sandbox ? result.value : null,
  };
  return pageResponse(context, "signup", data satisfies SignUpData);
});

signUpRoutes.post("/signup/begin", pageBody(signUpBody), async (context) => {
  const { code, ...form } = context.req.valid("json");
  orRefuse(checkSignUp(context.env, code));
  return context.json(await beginSignUp(context.get("platform"), form, placeOf(context)));
});
