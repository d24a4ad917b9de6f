import { drawText } from "../../src/core/display/text/segments.ts";
import type { ApprovalData } from "../../src/core/pages/approval.ts";
import { parseChange } from "../../src/core/stream/change-format.ts";
import { parseJsonObject } from "../../src/core/encoding/strict-json.ts";
import { utf8 } from "../../src/core/encoding/bytes.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { drawFields, drawWarnings } from "../values/fields.ts";
import { NO_DATA, pageData } from "../common/http.ts";
import { drawExact } from "../values/text.ts";
import { drawRichText } from "../values/draw-rich-text.ts";
import { startDecision } from "../decision/decision-flow.ts";
import { verifyDisplay, type Verified } from "../decision/display-check.ts";
import { drawRequester, drawSummary } from "../decision/draw-requester.ts";
import { drawAlarm, drawRaw, drawVerified } from "../decision/draw-signed.ts";
import { stateTextOf } from "../decision/outcome.ts";
import { wordsOf, type ChangeWords } from "./change-words.ts";

// A change of who may sign, or of what is public: what follows from it, in words that come from the bytes to sign.

function start(): void {
  const data = pageData() as ApprovalData | undefined;
  if (data === undefined) return drawAlarm(NO_DATA);
  drawRaw(data);
  const verified = verifyDisplay(data, location);
  if (!verified.ok) return drawAlarm(verified.why);
  const payload = parseJsonObject(utf8(data.payload));
  const change = payload.ok ? parseChange(payload.value) : payload;
  if (!change.ok) return drawAlarm("The content is no change that this page knows.");
  const { statement } = verified;
  const words = wordsOf(change.value, statement.tenant.name, statement.approver.id);
  drawVerified(verified, data.code);
  drawRequester(statement);
  drawChange(verified, words);
  drawSummary();
  setVisible(byId("main"), true);
  startDecision(data, verified, {
    title: drawText(statement.action),
    stateText: (state, timeIsUp) => stateTextOf(state, timeIsUp, words.outcome),
  });
}

function drawChange(
  { statement, lines }: Verified,
  { question, effect, yes, no, compare, inFull }: ChangeWords,
): void {
  byId("question").append(...drawRichText(question));
  byId("effect").append(...drawRichText(effect));
  byId("action").append(drawExact(statement.action));
  const names = [...question, ...effect, { exact: statement.action }].flatMap((part) =>
    typeof part === "string" ? [] : [part.exact],
  );
  byId("warnings").append(...[...new Set(names)].flatMap(drawWarnings));
  if (compare !== undefined) {
    byId("fingerprint").append(drawFingerprint(compare.fingerprint));
    byId("how").append(...drawRichText(compare.how));
    setVisible(byId("compare"), true);
  }
  if (inFull !== undefined) byId("fields").append(drawFields(inFull));
  byId("change").append(drawFields(lines));
  setText(byId("approve"), yes);
  setText(byId("reject"), no);
  byId("reject").dataset["signing"] = no;
}

try {
  start();
} catch {
  drawAlarm("This browser could not draw the content.");
}
setVisible(byId("main"), true);
