import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { show as linesOf } from "../../src/core/display/show.ts";
import type { Statement } from "../../src/core/confirmation/statement.ts";
import { make, part, say, show } from "../common/dom.ts";
import { exactly } from "../common/text.ts";
import { moment } from "../common/time.ts";
import { drawFields, drawNotesOn } from "../common/card.ts";
import type { ApprovalData, SignedDecision, ApprovalState } from "../../src/core/pages/approval.ts";
import type { Telling } from "./outcome.ts";
import type { Verified } from "./display-check.ts";

const KINDS: Readonly<Record<Statement["requester"]["kind"], string>> = {
  key: "API key",
  oauth: "connected app",
  person: "person",
  service: "service",
};

/** Everything that is known once the display is verified. */
export function drawRequest({ statement, lines }: Verified, code: string): void {
  const { requester, project, tenant, action, approver } = statement;
  const asker = () => make("b", "", exactly(requester.name));
  const kind = ` (${KINDS[requester.kind]})`;
  part("asks").append(asker(), kind, " asks you, for project ", make("b", "", exactly(project.name)));
  part("asks").append(" of ", make("b", "", exactly(tenant.name)), ":");
  part("action").append(exactly(action));
  part("claim").append("Action and content are as claimed by ", asker(), "; nobody has checked them.");
  part("claim").after(...[requester.name, project.name, tenant.name, action].flatMap(drawNotesOn));
  if (lines.length > 0) part("fields").append(drawFields(lines));
  else part("fields").append(make("p", "card quiet", "The content is empty: an object without fields."));
  part("count").append(lines.length === 1 ? "1 value" : `${lines.length} values`, ", nothing left out.");
  const verified = make("b", "good", "✓ Display verified.");
  part("display").append(verified, " Drawn on this device from the very bytes you sign.");
  part("code").append(groupedCode(code));
  part("expires").append(moment(statement.expires));
  part("approver").append(exactly(approver.username));
  const { decision: _decision, reason: _reason, issued: _issued, salt: _salt, ...fixed } = statement;
  part("statement").append(drawFields(expectOk(linesOf(canonicalBytes(fixed)))));
}

/** For a look at the bytes themselves, also when the display could not be verified. */
export function drawRaw({ payload, payloadHash }: ApprovalData): void {
  part("hash").append(payloadHash);
  part("computed").append(toHex(sha256(utf8(payload))));
  part("raw").append(exactly(payload));
}

/** In place of everything else: whoever sees this must not decide. */
export function drawAlarm(why: string): void {
  part("why").append(why);
  show(part("alarm"), true);
  show(part("request"), false);
  show(part("decision"), false);
  part("state").className = "pill bad";
  say(part("state"), "Not verified");
  document.title = "Not verified · Countersign";
}

export function drawOutcome(
  { heading, sentence, tone }: Telling,
  { decisions, decidedAt }: ApprovalState,
): void {
  const title = make("h2", "", heading);
  const when = decidedAt === null || decisions.length > 0 ? [] : [make("p", "quiet", moment(decidedAt))];
  part("outcome").className = `card outcome ${tone}`;
  part("outcome").replaceChildren(title, make("p", "", sentence), ...decisions.map(drawDecision), ...when);
}

const DONE: Readonly<Record<string, string>> = {
  approve: " approved, ",
  reject: " rejected, ",
  "break-glass": " approved in an emergency, ",
};

function drawDecision({ username, decision, reason, at }: SignedDecision): HTMLElement {
  const done = DONE[decision] ?? ` signed ${decision}, `;
  const drawn = make("p", "", make("b", "", exactly(username)), done, moment(at));
  if (reason !== "") drawn.append(make("span", "value text", exactly(reason)));
  return drawn;
}
