import { Hono } from "hono";
import type { Session } from "../../app/account/passkey-session.ts";
import { inboxOf } from "../../app/decision/read-inbox.ts";
import type { InboxData } from "../../core/pages/inbox.ts";
import type { HonoEnv } from "../context.ts";
import { pageQuery } from "./page-input.ts";
import { inboxQuery } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { requireSession, requireSessionOrSignIn, sessionOf } from "./session.ts";

/** How often the inbox is read while a page waits for a change. */
const INBOX_POLL_SECONDS = 1;

/** The requests that a person may decide. */
export const inboxRoutes = new Hono<HonoEnv>();

inboxRoutes.get("/inbox", requireSessionOrSignIn, async (context) => {
  const { store, person } = context.get("session");
  const { name, stream } = await store.own();
  const inbox = await inboxOf(context.get("runtime"), store, person, context.req.query("after"));
  return pageResponse(context, "inbox", {
    person: { username: person.username, role: person.role },
    tenant: { name, stream },
    ...inbox,
  } satisfies InboxData);
});

inboxRoutes.get("/inbox/items", requireSession, pageQuery(inboxQuery), async (context) => {
  const runtime = context.get("runtime");
  const { version = "", wait, after } = context.req.valid("query");
  const read = ({ store, person }: Session) => inboxOf(runtime, store, person, after);
  const deadline = runtime.now() + wait * 1_000;
  let inbox = await read(context.get("session"));
  while (inbox.version === version && runtime.now() < deadline) {
    await scheduler.wait(INBOX_POLL_SECONDS * 1_000);
    // The session may have ended, or the person's role changed, while the page waited.
    inbox = await read(await sessionOf(context));
  }
  return context.json(inbox);
});
