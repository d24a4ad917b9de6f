import { Hono } from "hono";
import type { Session } from "../../app/account/passkey-session.ts";
import { secretHash } from "../../app/account/secret-hash.ts";
import { approvalData, approvalFor, approvalState } from "../../app/decision/approval-page.ts";
import { beginCeremony } from "../../app/decision/ceremony.ts";
import { decide } from "../../app/decision/decide.ts";
import { receiptOf } from "../../app/evidence/build-receipt.ts";
import type { Runtime } from "../../app/runtime.ts";
import { waitFor } from "../../app/sealing/request-sealing.ts";
import type { ApprovalState } from "../../core/pages/approval.ts";
import type { HonoEnv } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { receiptResponse } from "../receipt-response.ts";
import { pageBody, pageQuery } from "./page-input.ts";
import { approvalStateQuery, voteBody, emptyBody } from "./page-schemas.ts";
import { pageResponse } from "./pages.ts";
import { requireSession, requireSessionOrSignIn, sessionOf, sessionSecret } from "./session.ts";

/** Deciding a request. A session shows it; a vote needs a fresh assertion, and never an API key. */
export const approvalRoutes = new Hono<HonoEnv>();

approvalRoutes.get("/:id", requireSessionOrSignIn, async (context) => {
  const runtime = context.get("runtime");
  const { store, person } = context.get("session");
  const loaded = await approvalFor(runtime, store, context.req.param("id"), person);
  if (!loaded.ok) return pageResponse(context, "notfound", undefined, 404);
  return pageResponse(context, "approve", await approvalData(runtime, store, loaded.value, person));
});

approvalRoutes.get("/:id/state", requireSession, pageQuery(approvalStateQuery), async (context) => {
  const runtime = context.get("runtime");
  const session = context.get("session");
  const id = context.req.param("id");
  const { seen, wait } = context.req.valid("query");
  const state = await stateOf(runtime, session, id);
  if (`${state.status}:${state.sealed}` !== seen || wait === 0) return context.json(state);
  const owner = secretHash(sessionSecret(context) ?? "");
  const caller = { by: "page", key: owner, call: context.get("requestId") } as const;
  await waitFor(runtime, session.store.tenantId, id, wait, caller);
  // The session may have ended while the page waited.
  return context.json(await stateOf(runtime, await sessionOf(context), id));
});

/** People keep the proof of what they signed, of changes as well: no API key reads those. */
approvalRoutes.get("/:id/receipt", requireSession, async (context) => {
  const runtime = context.get("runtime");
  const { store, person } = context.get("session");
  const id = context.req.param("id");
  const loaded = orRefuse(await approvalFor(runtime, store, id, person));
  return receiptResponse(id, orRefuse(await receiptOf(runtime, store, loaded)));
});

approvalRoutes.post("/:id/ceremony", requireSession, pageBody(emptyBody), async (context) => {
  const runtime = context.get("runtime");
  const { store, person } = context.get("session");
  const loaded = orRefuse(await approvalFor(runtime, store, context.req.param("id"), person));
  return context.json(orRefuse(await beginCeremony(runtime, store, loaded.row.id, person)));
});

approvalRoutes.post("/:id/decision", requireSession, pageBody(voteBody), async (context) => {
  const runtime = context.get("runtime");
  const session = context.get("session");
  const id = context.req.param("id");
  orRefuse(await decide(runtime, session.store, id, session.person, context.req.valid("json")));
  return context.json(await stateOf(runtime, session, id));
});

async function stateOf(
  runtime: Runtime,
  { store, person }: Pick<Session, "store" | "person">,
  id: string,
): Promise<ApprovalState> {
  const loaded = orRefuse(await approvalFor(runtime, store, id, person));
  return approvalState(runtime, store, loaded, person);
}
