import { Hono } from "hono";
import type { ChangeRequested } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { placeOf } from "../place.ts";
import { sessionBody } from "./page-input.ts";
import { emptyBody } from "./page-schemas.ts";
import { askDesk, sessionPage } from "./session.ts";

/** Making a decision public, and ending that. The session only asks; a passkey signs the change. */
export const publicationRoutes = new Hono<HonoEnv>();

publicationRoutes.get("/:id/publish", (context) =>
  sessionPage(context, "publish", ({ desk, session }) =>
    desk().publication(session, context.req.param("id")),
  ),
);

for (const [action, shown] of [
  ["reveal", true],
  ["withdraw", false],
] as const)
  publicationRoutes.post(`/:id/${action}`, sessionBody(emptyBody), async (context) => {
    const id = context.req.param("id");
    const approval = await askDesk(context, ({ desk, session }) =>
      desk().requestReveal(session, id, shown, placeOf(context)),
    );
    return context.json({ approval } satisfies ChangeRequested);
  });
