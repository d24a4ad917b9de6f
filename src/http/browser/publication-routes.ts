import { Hono, type Context } from "hono";
import { requestReveal, publicationOf } from "../../app/evidence/reveal.ts";
import type { ChangeRequested } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageBody } from "./page-input.ts";
import { emptyBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { requireSession, requireSessionOrSignIn, type SessionEnv } from "./session.ts";

/** Making a decision public, and ending that. The session only asks; a passkey signs the change. */
export const publicationRoutes = new Hono<HonoEnv>();

publicationRoutes.get("/:id/publish", requireSessionOrSignIn, async (context) => {
  const { store, person } = context.get("session");
  const publication = await publicationOf(context.get("runtime"), store, context.req.param("id"), person);
  return publication.ok
    ? pageResponse(context, "publish", publication.value)
    : pageResponse(context, "notfound", undefined, 404);
});

publicationRoutes.post("/:id/reveal", requireSession, pageBody(emptyBody), (context) =>
  askPublication(context, context.req.param("id"), true),
);
publicationRoutes.post("/:id/withdraw", requireSession, pageBody(emptyBody), (context) =>
  askPublication(context, context.req.param("id"), false),
);

async function askPublication(
  context: Pick<Context<SessionEnv>, "get" | "json">,
  id: string,
  shown: boolean,
): Promise<Response> {
  const { store, person } = context.get("session");
  const approval = orRefuse(await requestReveal(context.get("runtime"), store, id, person, shown));
  return context.json({ approval } satisfies ChangeRequested);
}
