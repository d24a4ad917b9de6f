import { Hono } from "hono";
import type { ChangeRequested } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { placeOf } from "../place.ts";
import { sessionBody } from "./page-input.ts";
import { emptyBody, newDeviceBody, proofBody } from "./page-schemas.ts";
import { askDesk, sessionPage } from "./session.ts";

/** A person's own passkeys. */
export const deviceRoutes = new Hono<HonoEnv>();

deviceRoutes.get("/devices", (context) =>
  sessionPage(context, "devices", ({ desk, session }) => desk().devices(session)),
);

deviceRoutes.post("/devices/begin", sessionBody(emptyBody), async (context) =>
  context.json(await askDesk(context, ({ desk, session }) => desk().beginDevice(session))),
);

deviceRoutes.post("/devices/finish", sessionBody(newDeviceBody), async (context) => {
  const device = context.req.valid("json");
  const approval = await askDesk(context, ({ desk, session }) =>
    desk().finishDevice(session, device, placeOf(context)),
  );
  return context.json({ approval } satisfies ChangeRequested);
});

deviceRoutes.post("/devices/link", sessionBody(proofBody), async (context) => {
  const { proof } = context.req.valid("json");
  return context.json(
    await askDesk(context, ({ desk, session }) => desk().inviteOwnDevice(session, proof, placeOf(context))),
  );
});

deviceRoutes.post("/devices/:id/revoke", sessionBody(emptyBody), async (context) => {
  const id = context.req.param("id");
  const approval = await askDesk(context, ({ desk, session }) =>
    desk().requestRevocation(session, id, placeOf(context)),
  );
  return context.json({ approval } satisfies ChangeRequested);
});

deviceRoutes.post("/devices/:id/remove", sessionBody(emptyBody), async (context) => {
  const id = context.req.param("id");
  await askDesk(context, ({ desk, session }) => desk().removeDevice(session, id, placeOf(context)));
  return context.json({});
});
