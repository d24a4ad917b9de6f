import { drawText } from "../../src/core/display/text/segments.ts";
import type { ApprovalData } from "../../src/core/pages/approval.ts";
import { byId, setVisible } from "../common/dom.ts";
import { NO_DATA, pageData } from "../common/http.ts";
import { startDecision } from "../decision/decision-flow.ts";
import { isOfChange, verifyDisplay } from "../decision/display-check.ts";
import { drawAlarm, drawRaw, drawVerified } from "../decision/draw-signed.ts";
import { stateTextOf } from "../decision/outcome.ts";
import { drawRequest } from "./draw.ts";
import { drawRelated } from "./related.ts";

// The sheet: what a person reads before they decide on a request, drawn from the bytes that they sign.

function start(): void {
  const data = pageData() as ApprovalData | undefined;
  if (data === undefined) return drawAlarm(NO_DATA);
  drawRaw(data);
  const verified = verifyDisplay(data, location);
  if (!verified.ok) return drawAlarm(verified.why);
  // Here nobody would read what follows from it, or compare a fingerprint.
  if (isOfChange(verified.lines))
    return drawAlarm("This changes who may sign, or what is public. It has a page of its own.");
  drawVerified(verified, data.code);
  drawRequest(verified);
  byId("claim").after(...drawRelated(data, data.payload));
  setVisible(byId("main"), true);
  startDecision(data, verified, { title: drawText(verified.statement.action), stateText: stateTextOf });
}

try {
  start();
} catch {
  drawAlarm("This browser could not draw the content.");
}
setVisible(byId("main"), true);
