import { byId, setText, setVisible } from "../common/dom.ts";
import { drawSentence } from "../values/draw-sentence.ts";
import { drawContent, drawNotes, drawWarnings } from "../values/fields.ts";
import { drawExact } from "../values/text.ts";
import type { Verified } from "../decision/display-check.ts";
import { drawRequester, drawSummary } from "../decision/draw-requester.ts";

/** Draws the request, after its display is verified. */
export function drawRequest({ statement, lines, sentence, templateNotes }: Verified): void {
  const { requester, action, project } = statement;
  const isTest = project.mode !== "live";
  drawRequester(statement);
  if (isTest) {
    setVisible(byId("test"), true);
    setText(byId("approve"), "Approve test with passkey");
  }
  // The organisation's own sentence says it better than the requester's words, which follow.
  if (sentence.length > 0) {
    byId("action").append(...drawSentence(sentence));
    byId("words").append(drawExact(action));
  } else byId("action").append(drawExact(action));
  setVisible(byId("words"), sentence.length > 0);
  byId("claim").append(
    sentence.length > 0 ? "Your organisation’s sentence. Its values were written by " : "Written by ",
    drawExact(requester.name),
    sentence.length > 0 ? ". Nobody else has checked them." : ". Nobody else has checked it.",
  );
  byId("warnings").append(...drawWarnings(action), ...drawNotes(templateNotes));
  byId("fields").append(drawContent(lines));
  drawSummary();
}
