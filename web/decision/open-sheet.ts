import { drawText } from "../../src/core/display/text/segments.ts";
import type { ApprovalData } from "../../src/core/pages/approval.ts";
import { byId, setVisible } from "../common/dom.ts";
import { NO_DATA, pageData } from "../common/http.ts";
import { startDecision } from "./decision-flow.ts";
import { verifyDisplay, type Verified } from "./display-check.ts";
import { createPolicyLine } from "./draw-policy.ts";
import { drawAlarm, drawRaw, drawVerified } from "./draw-signed.ts";
import { stateTextOf, type Effect } from "./outcome.ts";

/** What follows from the outcome, or why this page can't show the content. */
export type Drawn = { readonly effect: Effect } | { readonly why: string };

/** Opens the page: nothing is drawn before it is verified, and nobody can decide before it is drawn. */
export function openSheet(draw: (verified: Verified, data: ApprovalData) => Drawn): void {
  try {
    const why = open(draw);
    if (why !== undefined) drawAlarm(why);
  } catch {
    drawAlarm("This browser could not draw the content.");
  }
  setVisible(byId("main"), true);
}

/** Why nobody can decide here; undefined if all is well. */
function open(draw: Parameters<typeof openSheet>[0]): string | undefined {
  const data = pageData() as ApprovalData | undefined;
  if (data === undefined) return NO_DATA;
  drawRaw(data);
  const verified = verifyDisplay(data, location);
  if (!verified.ok) return verified.why;
  const drawn = draw(verified, data);
  if ("why" in drawn) return drawn.why;
  drawVerified(verified, data);
  // Before the reading begins: what is not visible has no size.
  setVisible(byId("main"), true);
  const { action, project } = verified.statement;
  startDecision(data, verified, {
    drawPolicy: createPolicyLine(verified, data),
    title: drawText(`${project.mode === "live" ? "" : "Test: "}${action}`),
    stateText: (state, timeIsUp) => stateTextOf(state, timeIsUp, drawn.effect),
  });
  return undefined;
}
