import { Hono } from "hono";
import { beginDevice, devicesOf, finishDevice, removeDevice } from "../../app/account/devices.ts";
import { requestRevocation } from "../../app/directory/revoke.ts";
import type { ChangeRequested, DevicesData } from "../../core/pages/account.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { pageBody } from "./page-input.ts";
import { emptyBody, newDeviceBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { requireSession, requireSessionOrSignIn } from "./session.ts";

/** A person's own passkeys. */
export const deviceRoutes = new Hono<HonoEnv>();

deviceRoutes.get("/devices", requireSessionOrSignIn, async (context) => {
  const { store, person } = context.get("session");
  const { name, stream } = await store.own();
  return pageResponse(context, "devices", {
    person: { username: person.username, role: person.role },
    tenant: { name, stream },
    passkeys: await devicesOf(store, person),
  } satisfies DevicesData);
});

deviceRoutes.post("/devices/begin", requireSession, pageBody(emptyBody), async (context) => {
  const { store, person } = context.get("session");
  return context.json(orRefuse(await beginDevice(context.get("runtime"), store, person)));
});

deviceRoutes.post("/devices/finish", requireSession, pageBody(newDeviceBody), async (context) => {
  const { store, person } = context.get("session");
  const device = context.req.valid("json");
  const approval = orRefuse(await finishDevice(context.get("runtime"), store, person, device));
  return context.json({ approval } satisfies ChangeRequested);
});

deviceRoutes.post("/devices/:id/revoke", requireSession, pageBody(emptyBody), async (context) => {
  const { store, person } = context.get("session");
  const id = context.req.param("id");
  const approval = orRefuse(await requestRevocation(context.get("runtime"), store, id, person));
  return context.json({ approval } satisfies ChangeRequested);
});

deviceRoutes.post("/devices/:id/remove", requireSession, pageBody(emptyBody), async (context) => {
  const { store, person } = context.get("session");
  orRefuse(await removeDevice(context.get("runtime"), store, person, context.req.param("id")));
  return context.json({});
});
