import { Hono } from "hono";
import type { ApprovalData } from "../../core/pages/approval.ts";
import type { HonoEnv } from "../context.ts";
import { placeOf } from "../place.ts";
import { receiptResponse } from "../receipt-response.ts";
import { sessionBody, sessionQuery } from "./page-input.ts";
import { approvalStateQuery, voteBody, emptyBody } from "./page-schemas.ts";
import type { PageName } from "./pages.ts";
import { askDesk, askDeskToWait, sessionPage } from "./session.ts";

/** Deciding a request. A session shows it; a vote needs a fresh assertion, and never an API key. */
export const approvalRoutes = new Hono<HonoEnv>();

approvalRoutes.get("/:id", (context) =>
  sessionPage(context, pageOf, ({ desk, session }) => desk().approvalPage(session, context.req.param("id"))),
);

approvalRoutes.get("/:id/state", sessionQuery(approvalStateQuery), async (context) => {
  const query = context.req.valid("query");
  const id = context.req.param("id");
  return context.json(
    await askDeskToWait(context, ({ desk, session }, call) => desk().approvalState(session, id, query, call)),
  );
});

/** A change of who may sign has a page of its own, which says what follows from it. */
function pageOf({ isChange }: ApprovalData): PageName {
  return isChange ? "change" : "approve";
}

/** People keep the proof of what they signed, of changes as well: no API key reads those. */
approvalRoutes.get("/:id/receipt", async (context) => {
  const id = context.req.param("id");
  const receipt = await askDesk(context, ({ desk, session }) => desk().approvalReceipt(session, id));
  return receiptResponse(id, receipt);
});

approvalRoutes.post("/:id/ceremony", sessionBody(emptyBody), async (context) => {
  const id = context.req.param("id");
  return context.json(await askDesk(context, ({ desk, session }) => desk().beginCeremony(session, id)));
});

approvalRoutes.post("/:id/decision", sessionBody(voteBody), async (context) => {
  const id = context.req.param("id");
  const vote = context.req.valid("json");
  return context.json(
    await askDesk(context, ({ desk, session }) => desk().decide(session, id, vote, placeOf(context))),
  );
});
