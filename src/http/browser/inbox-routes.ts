import { Hono } from "hono";
import type { HonoEnv } from "../context.ts";
import { sessionQuery } from "./page-input.ts";
import { inboxQuery } from "./page-schemas.ts";
import { askDeskToWait, sessionPage } from "./session.ts";

/** The requests that a person may decide. */
export const inboxRoutes = new Hono<HonoEnv>();

inboxRoutes.get("/inbox", (context) =>
  sessionPage(context, "inbox", ({ desk, session }) => desk().inboxPage(session, context.req.query("after"))),
);

inboxRoutes.get("/inbox/items", sessionQuery(inboxQuery), async (context) => {
  const query = context.req.valid("query");
  return context.json(
    await askDeskToWait(context, ({ desk, session }, call) => desk().inbox(session, query, call)),
  );
});
