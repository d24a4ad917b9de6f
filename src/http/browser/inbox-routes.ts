import { Hono } from "hono";
import { inboxOf } from "../../app/decision/read-inbox.ts";
import type { InboxData } from "../../core/pages/inbox.ts";
import type { HonoEnv } from "../context.ts";
import { pageQuery } from "./page-input.ts";
import { inboxQuery } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { requireSession, requireSessionOrSignIn } from "./session.ts";

/** How often the inbox is read while a page waits for a change. */
const INBOX_POLL_SECONDS = 1;

/** The requests that a person may decide. */
export const inboxRoutes = new Hono<HonoEnv>();

inboxRoutes.get("/inbox", requireSessionOrSignIn, async (context) => {
  const { store, person } = context.get("session");
  const { name, stream } = await store.own();
  const inbox = await inboxOf(context.get("runtime"), store, person);
  return pageResponse(context, "inbox", {
    person: { username: person.username, role: person.role },
    tenant: { name, stream },
    ...inbox,
  } satisfies InboxData);
});

inboxRoutes.get("/inbox/items", requireSession, pageQuery(inboxQuery), async (context) => {
  const runtime = context.get("runtime");
  const { store, person } = context.get("session");
  const { version = "", wait } = context.req.valid("query");
  const deadline = runtime.now() + wait * 1_000;
  let inbox = await inboxOf(runtime, store, person);
  while (inbox.version === version && runtime.now() < deadline) {
    await scheduler.wait(INBOX_POLL_SECONDS * 1_000);
    inbox = await inboxOf(runtime, store, person);
  }
  return context.json(inbox);
});
