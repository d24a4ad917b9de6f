import { Hono } from "hono";
import type { HonoEnv } from "../context.ts";
import { sessionQuery } from "./page-input.ts";
import { inboxQuery } from "./page-schemas.ts";
import { askDesk, sessionPage } from "./session.ts";

/** How often the inbox is read while a page waits for a change. */
const INBOX_POLL_SECONDS = 1;

/** The requests that a person may decide. */
export const inboxRoutes = new Hono<HonoEnv>();

inboxRoutes.get("/inbox", (context) =>
  sessionPage(context, "inbox", ({ desk, session }) => desk.inboxPage(session, context.req.query("after"))),
);

inboxRoutes.get("/inbox/items", sessionQuery(inboxQuery), async (context) => {
  const { now } = context.get("platform");
  const { version = "", wait, after } = context.req.valid("query");
  const read = () => askDesk(context, ({ desk, session }) => desk.inbox(session, after));
  const deadline = now() + wait * 1_000;
  let inbox = await read();
  while (inbox.version === version && now() < deadline) {
    await scheduler.wait(INBOX_POLL_SECONDS * 1_000);
    // The session may have ended, or the person's role changed, while the page waited.
    inbox = await read();
  }
  return context.json(inbox);
});
