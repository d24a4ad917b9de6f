import { Hono } from "hono";
import { approvalData, approvalFor, approvalState } from "../../app/decision/approval-page.ts";
import { waitFor } from "../../app/sealing/request-sealing.ts";
import { beginCeremony } from "../../app/decision/ceremony.ts";
import { takeCeremony } from "../../app/decision/ceremony-cache.ts";
import { decide, decideAsBegun } from "../../app/decision/decide.ts";
import type { Session } from "../../app/account/sign-in.ts";
import { newId } from "../../app/runtime.ts";
import * as shape from "../../core/encoding/shape.ts";
import { id, REASON_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import { refused, type HonoEnv, type RequestContext } from "../context.ts";
import { page } from "./pages.ts";
import { presented } from "./assertion-input.ts";
import { posted, requireSession, sessionHash, optionalSession } from "./session.ts";
import { readWaitQuery } from "../rest/request-schemas.ts";

// The approver's door: never an API key. A session shows the request; deciding takes a fresh assertion.

const decisionShape = shape.object({
  ceremonyId: id,
  decision: shape.oneOf("approve", "reject", "break-glass"),
  reason: shape.text(REASON_MAX_CHARACTERS),
  assertion: presented,
});

export const approve = new Hono<HonoEnv>();

approve.get("/:id", async (context) => {
  // Without a session any id gets the same page, so that nobody learns which ids there are.
  const known = await optionalSession(context);
  if (known === undefined) return page(context, "signin");
  const { store, person } = known;
  const runtime = context.get("runtime");
  const found = await approvalFor(runtime, store, context.req.param("id"), person);
  if (!found.ok) return page(context, "notfound", undefined, 404);
  return page(context, "approve", await approvalData(runtime, store, found.value, person));
});

approve.get("/:id/state", async (context) => {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const parameters = new URL(context.req.url).searchParams;
  const seen = parameters.get("seen");
  parameters.delete("seen");
  const query = readWaitQuery(parameters);
  if (!query.ok) return refused(context, query.refusal, query.errors);
  const answer = await stateOf(context, known);
  if (answer instanceof Response || `${answer.status}:${answer.sealed}` !== seen || query.value.wait === 0) {
    return answer instanceof Response ? answer : context.json(answer);
  }
  await waitFor(context.get("runtime"), known.store.tenantId, context.req.param("id"), query.value.wait);
  const later = await stateOf(context, known);
  return later instanceof Response ? later : context.json(later);
});

approve.post("/:id/ceremony", async (context) => {
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const body = await posted(context, shape.object({}));
  if (body instanceof Response) return body;
  const { store, person } = known;
  const runtime = context.get("runtime");
  const found = await approvalFor(runtime, store, context.req.param("id"), person);
  if (!found.ok) return refused(context, found.refusal);
  const session = sessionHash(context);
  const from = session === undefined ? undefined : { session, loaded: found.value };
  const begun = await beginCeremony(runtime, store, found.value.row.id, person, from);
  return begun.ok ? context.json(begun.value) : refused(context, begun.refusal);
});

approve.post("/:id/decision", async (context) => {
  const runtime = context.get("runtime");
  const id = context.req.param("id");
  const stepId = newId(runtime, "s");
  const session = sessionHash(context);
  const begun = session === undefined ? undefined : takeCeremony(session, id);
  const early = begun && (await posted(context, decisionShape));
  if (begun && early && !(early instanceof Response)) {
    const by = await decideAsBegun(runtime, begun, { ...early, ...early.assertion }, stepId);
    if (by) return told(context, by);
  }
  const known = await requireSession(context);
  if (known instanceof Response) return known;
  const given = early ?? (await posted(context, decisionShape));
  if (given instanceof Response) return given;
  const { store, person } = known;
  const done = await decide(runtime, store, id, person, { ...given, ...given.assertion }, stepId);
  return done.ok ? told(context, known) : refused(context, done.refusal);
});

async function told(context: RequestContext, known: Session): Promise<Response> {
  const answer = await stateOf(context, known);
  return answer instanceof Response ? answer : context.json(answer);
}

async function stateOf(context: RequestContext, { store, person }: Session) {
  const runtime = context.get("runtime");
  const found = await approvalFor(runtime, store, context.req.param("id") ?? "", person);
  return found.ok ? approvalState(runtime, store, found.value, person) : refused(context, found.refusal);
}
