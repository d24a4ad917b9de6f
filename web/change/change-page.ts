import { parseChange, type Change } from "../../src/core/stream/change-format.ts";
import { parseJsonObject, parseJsonText } from "../../src/core/encoding/strict-json.ts";
import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { createdHere, type CreatedAt } from "../passkey/created-here.ts";
import { byId, make, setText, setVisible } from "../common/dom.ts";
import { drawFingerprint } from "../common/draw-fingerprint.ts";
import { drawFields, drawWarnings } from "../values/fields.ts";
import { drawExact } from "../values/text.ts";
import { drawRichText } from "../values/draw-rich-text.ts";
import type { Verified } from "../decision/display-check.ts";
import { drawRequester, drawSummary } from "../decision/draw-requester.ts";
import { openSheet } from "../decision/open-sheet.ts";
import { wordsOf } from "./change-words.ts";
import type { ChangeWords, Replaced } from "./document-words.ts";
import { drawComparison } from "./draw-comparison.ts";

// A change of who may sign, or of what is public: what follows from it, in words that come from the bytes to sign.

const JUST_CREATED = "It is the passkey that you have just created in this window.";

openSheet((verified, data) => {
  const payload = parseJsonObject(utf8(data.payload));
  const change = payload.ok ? parseChange(payload.value) : payload;
  if (!change.ok) return { why: "The content is no change that this page knows." };
  const { statement } = verified;
  const replaced = replacedBy(change.value, data.replaced);
  if (replaced === undefined) return { why: "The version that this change replaces is not the one shown." };
  const words = wordsOf(change.value, statement.tenant.name, statement.approver.id, replaced);
  drawRequester(statement);
  drawChange(verified, words);
  byId("fields").append(...data.warnings.map((warning) => make("p", "part attention", warning)));
  drawSummary();
  return { effect: words.outcome };
});

/** The version that is named by its hash in the signed bytes; undefined if the server sent another one. */
function replacedBy(change: Change, text: string | null): Replaced | undefined {
  const hash = "replaces" in change ? change.replaces : null;
  if (hash === null) return text === null ? null : undefined;
  if (text === null || toHex(sha256(utf8(text))) !== hash) return undefined;
  const value = parseJsonText(text);
  return value.ok ? (value.value as unknown as Replaced) : undefined;
}

function drawChange(
  { statement, lines }: Verified,
  { question, effect, yes, no, compare, inFull, comparison }: ChangeWords,
): void {
  byId("question").append(...drawRichText(question));
  byId("effect").append(...drawRichText(effect));
  byId("action").append(drawExact(statement.action));
  const names = [...question, ...effect, { exact: statement.action }].flatMap((part) =>
    typeof part === "string" ? [] : [part.exact],
  );
  byId("warnings").append(...[...new Set(names)].flatMap(drawWarnings));
  if (compare !== undefined) {
    const created = createdHere(compare.fingerprint);
    byId("fingerprint").append(drawFingerprint(compare.fingerprint));
    byId("how").append(...drawRichText(created === undefined ? compare.how : [JUST_CREATED]));
    setVisible(byId("compare"), true);
    if (created !== undefined) drawWayBack(created);
  }
  if (comparison !== undefined) byId("fields").append(...drawComparison(comparison));
  if (inFull !== undefined) byId("fields").append(drawFields(inFull));
  byId("change").append(drawFields(lines));
  setText(byId("approve"), yes);
  setText(byId("reject"), no);
  byId("reject").dataset["signing"] = no;
}

function drawWayBack(from: CreatedAt): void {
  const leave = byId("leave", HTMLAnchorElement);
  leave.href = from === "/signup" ? "/console" : from;
  setText(leave, from === "/signup" ? "Go to the console" : "Back to your passkeys");
}
