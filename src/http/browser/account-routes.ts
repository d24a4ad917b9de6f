import { Hono } from "hono";
import { askRevocation } from "../../app/directory/endorse.ts";
import { beginEnrolment, finishEnrolment, PASSKEY_CHALLENGE_BYTES } from "../../app/account/enrol.ts";
import { inboxOf } from "../../app/decision/inbox.ts";
import { beginDevice, devicesOf, finishDevice } from "../../app/account/people.ts";
import { beginSignIn, closeSession, finishSignIn } from "../../app/account/sign-in.ts";
import type { DevicesData } from "../../core/pages/account.ts";
import type { InboxData } from "../../core/pages/inbox.ts";
import * as shape from "../../core/encoding/shape.ts";
import { refused, type HonoEnv } from "../context.ts";
import { page } from "./pages.ts";
import { presented } from "./assertion-input.ts";
import {
  beginSession,
  endSession,
  posted,
  requireSession,
  sessionSecret,
  optionalSession,
} from "./session.ts";
import { readWaitQuery } from "../rest/request-schemas.ts";

// Signing in, enrolling, one's own devices and one's inbox.

const LABEL_MAX_CHARACTERS = 60;
const SECRET_MAX_CHARACTERS = 100;
const TRANSPORTS_MAX = 8;
const TRANSPORT_MAX_CHARACTERS = 20;
const VERSION_MAX_CHARACTERS = 32;
/** The inbox looks again this often while somebody waits for it to change. */
const INBOX_LOOK_SECONDS = 1;

const challenge = shape.base64url(PASSKEY_CHALLENGE_BYTES);
/** Of any of its fields; what they must be is for the passkey's own door to say. */
const REGISTRATION_FIELD_MAX_CHARACTERS = 24 * 1024;
const field = shape.text(REGISTRATION_FIELD_MAX_CHARACTERS, 1);
const registration = shape.object({
  id: field,
  clientDataJSON: field,
  attestationObject: field,
  transports: shape.list(shape.text(TRANSPORT_MAX_CHARACTERS, 1), TRANSPORTS_MAX),
});
const secret = shape.text(SECRET_MAX_CHARACTERS, 1);
const label = shape.text(LABEL_MAX_CHARACTERS);
const nothing = shape.object({});

export const people = new Hono<HonoEnv>();

people.post("/signin/begin", async (context) => {
  const body = await posted(context, nothing);
  return body instanceof Response ? body : context.json(await beginSignIn(context.get("runtime")));
});

people.post("/signin/finish", async (context) => {
  const given = await posted(context, shape.object({ challenge, assertion: presented }));
  if (given instanceof Response) return given;
  const known = await finishSignIn(context.get("runtime"), { ...given, ...given.assertion });
  if (!known.ok) return refused(context, known.refusal);
  await beginSession(context, known.value);
  return context.json({});
});

people.post("/signout", async (context) => {
  const body = await posted(context, nothing);
  if (body instanceof Response) return body;
  const held = sessionSecret(context);
  if (held !== undefined) await closeSession(context.get("runtime"), held);
  endSession(context);
  return context.json({});
});

people.get("/enrol", (context) => page(context, "enrol"));

people.post("/enrol/begin", async (context) => {
  const given = await posted(context, shape.object({ secret }));
  if (given instanceof Response) return given;
  const welcome = await beginEnrolment(context.get("runtime"), given.secret);
  return welcome.ok ? context.json(welcome.value) : refused(context, welcome.refusal);
});

people.post("/enrol/finish", async (context) => {
  const given = await posted(context, shape.object({ secret, challenge, label, registration }));
  if (given instanceof Response) return given;
  const enrolled = await finishEnrolment(context.get("runtime"), given);
  if (!enrolled.ok) return refused(context, enrolled.refusal);
  const { store, person, stream, fingerprint, active, approval } = enrolled.value;
  await beginSession(context, { store, person });
  return context.json({ stream, fingerprint, active, approval });
});

people.get("/devices", async (context) => {
  const known = await optionalSession(context);
  if (known === undefined) return page(context, "signin");
  const { store, person } = known;
  const { name, stream } = await store.own();
  const data = {
    person: { username: person.username, role: person.role },
    tenant: { name, stream },
    passkeys: await devicesOf(store, person),
  } satisfies DevicesData;
  return page(context, "devices", data);
});

people.post("/devices/begin", async (context) => {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const body = await posted(context, nothing);
  if (body instanceof Response) return body;
  return context.json(await beginDevice(context.get("runtime"), known.store, known.person));
});

people.post("/devices/finish", async (context) => {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const given = await posted(context, shape.object({ challenge, label, registration }));
  if (given instanceof Response) return given;
  const approval = await finishDevice(context.get("runtime"), known.store, known.person, given);
  return approval.ok ? context.json({ approval: approval.value }) : refused(context, approval.refusal);
});

people.post("/devices/:id/revoke", async (context) => {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const body = await posted(context, nothing);
  if (body instanceof Response) return body;
  const approval = await askRevocation(
    context.get("runtime"),
    known.store,
    context.req.param("id"),
    known.person,
  );
  return approval.ok ? context.json({ approval: approval.value }) : refused(context, approval.refusal);
});

people.get("/inbox", async (context) => {
  const known = await optionalSession(context);
  if (known === undefined) return page(context, "signin");
  const { store, person } = known;
  const { name, stream } = await store.own();
  const inbox = await inboxOf(context.get("runtime"), store, person);
  const data = {
    person: { username: person.username, role: person.role },
    tenant: { name, stream },
    ...inbox,
  } satisfies InboxData;
  return page(context, "inbox", data);
});

people.get("/inbox/items", async (context) => {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const parameters = new URL(context.req.url).searchParams;
  const seen = (parameters.get("version") ?? "").slice(0, VERSION_MAX_CHARACTERS);
  parameters.delete("version");
  const query = readWaitQuery(parameters);
  if (!query.ok) return refused(context, query.refusal, query.errors);
  const runtime = context.get("runtime");
  const until = runtime.now() + query.value.wait * 1_000;
  let inbox = await inboxOf(runtime, known.store, known.person);
  while (inbox.version === seen && runtime.now() < until) {
    await scheduler.wait(INBOX_LOOK_SECONDS * 1_000);
    inbox = await inboxOf(runtime, known.store, known.person);
  }
  return context.json(inbox);
});
