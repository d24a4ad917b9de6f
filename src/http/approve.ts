import { Hono } from "hono";
import { approvalData, approvalFor, approvalState } from "../app/approval.ts";
import { waitFor } from "../app/clerkcalls.ts";
import { beginCeremony } from "../app/ceremony.ts";
import { takeCeremony } from "../app/begun.ts";
import { decide, decideAsBegun } from "../app/decide.ts";
import type { Visitor } from "../app/signin.ts";
import { newId } from "../app/world.ts";
import * as shape from "../core/shape.ts";
import { id, REASON_MAX_CHARACTERS } from "../core/statement.ts";
import { refused, type Door, type DoorContext } from "./context.ts";
import { page } from "./pages.ts";
import { presented } from "./presented.ts";
import { posted, requireVisitor, sessionHash, visitor } from "./visit.ts";
import { readWaitQuery } from "./wire.ts";

// The approver's door: never an API key. A session shows the request; deciding takes a fresh assertion.

const decisionShape = shape.object({
  ceremonyId: id,
  decision: shape.oneOf("approve", "reject", "break-glass"),
  reason: shape.text(REASON_MAX_CHARACTERS),
  assertion: presented,
});

export const approve = new Hono<Door>();

approve.get("/:id", async (context) => {
  // Without a session any id gets the same page, so that nobody learns which ids there are.
  const known = await visitor(context);
  if (known === undefined) return page(context, "signin");
  const { store, person } = known;
  const world = context.get("world");
  const found = await approvalFor(world, store, context.req.param("id"), person);
  if (!found.ok) return page(context, "notfound", undefined, 404);
  return page(context, "approve", await approvalData(world, store, found.value, person));
});

approve.get("/:id/state", async (context) => {
  const known = await requireVisitor(context);
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
  await waitFor(context.get("world"), known.store.tenantId, context.req.param("id"), query.value.wait);
  const later = await stateOf(context, known);
  return later instanceof Response ? later : context.json(later);
});

approve.post("/:id/ceremony", async (context) => {
  const known = await requireVisitor(context);
  if (known instanceof Response) return known;
  const body = await posted(context, shape.object({}));
  if (body instanceof Response) return body;
  const { store, person } = known;
  const world = context.get("world");
  const found = await approvalFor(world, store, context.req.param("id"), person);
  if (!found.ok) return refused(context, found.refusal);
  const session = sessionHash(context);
  const from = session === undefined ? undefined : { session, loaded: found.value };
  const begun = await beginCeremony(world, store, found.value.row.id, person, from);
  return begun.ok ? context.json(begun.value) : refused(context, begun.refusal);
});

approve.post("/:id/decision", async (context) => {
  const world = context.get("world");
  const id = context.req.param("id");
  const stepId = newId(world, "s");
  const session = sessionHash(context);
  const begun = session === undefined ? undefined : takeCeremony(session, id);
  const early = begun && (await posted(context, decisionShape));
  if (begun && early && !(early instanceof Response)) {
    const by = await decideAsBegun(world, begun, { ...early, ...early.assertion }, stepId);
    if (by) return told(context, by);
  }
  const known = await requireVisitor(context);
  if (known instanceof Response) return known;
  const given = early ?? (await posted(context, decisionShape));
  if (given instanceof Response) return given;
  const { store, person } = known;
  const done = await decide(world, store, id, person, { ...given, ...given.assertion }, stepId);
  return done.ok ? told(context, known) : refused(context, done.refusal);
});

async function told(context: DoorContext, known: Visitor): Promise<Response> {
  const answer = await stateOf(context, known);
  return answer instanceof Response ? answer : context.json(answer);
}

async function stateOf(context: DoorContext, { store, person }: Visitor) {
  const world = context.get("world");
  const found = await approvalFor(world, store, context.req.param("id") ?? "", person);
  return found.ok ? approvalState(world, store, found.value, person) : refused(context, found.refusal);
}
