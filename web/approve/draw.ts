import { byId, make } from "../common/dom.ts";
import { drawFields, drawWarnings } from "../common/fields.ts";
import { drawExact } from "../common/text.ts";
import type { Verified } from "../decision/display-check.ts";
import { drawRequester, drawSummary } from "../decision/draw-requester.ts";

/** Draws the request, after its display is verified. */
export function drawRequest({ statement, lines }: Verified): void {
  const { requester, action } = statement;
  drawRequester(statement);
  byId("action").append(drawExact(action));
  byId("claim").append("Written by ", drawExact(requester.name), ". Nobody else has checked it.");
  byId("warnings").append(...drawWarnings(action));
  if (lines.length > 0) byId("fields").append(drawFields(lines));
  else byId("fields").append(make("p", "card quiet part", "The content is empty: an object without fields."));
  drawSummary();
}
