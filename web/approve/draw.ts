import { toHex, utf8 } from "../../src/core/encoding/bytes.ts";
import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import { sha256 } from "../../src/core/encoding/hash.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { show as linesOf } from "../../src/core/display/show.ts";
import type { Statement } from "../../src/core/confirmation/statement.ts";
import { link, make, byId, setText, setVisible } from "../common/dom.ts";
import { drawExact } from "../common/text.ts";
import { drawTime, durationText } from "../common/time.ts";
import { drawFields, drawWarnings } from "../common/fields.ts";
import type { ApprovalData, ShownVote, ApprovalState } from "../../src/core/pages/approval.ts";
import type { StateText } from "../decision/outcome.ts";
import type { Verified } from "../decision/display-check.ts";

const KINDS: Readonly<Record<Statement["requester"]["kind"], string>> = {
  key: "API key",
  oauth: "connected app",
  person: "person",
  service: "service",
};

/** Draws the request, after its display is verified. */
export function drawRequest({ statement, lines }: Verified, code: string): void {
  const { requester, project, tenant, action, approver } = statement;
  const asker = () => make("b", "", drawExact(requester.name));
  const kind = ` (${KINDS[requester.kind]})`;
  byId("asks").append(asker(), kind, " asks you, for project ", make("b", "", drawExact(project.name)));
  byId("asks").append(" of ", make("b", "", drawExact(tenant.name)), ":");
  byId("action").append(drawExact(action));
  byId("claim").append("Action and content come from ", asker(), ". Nobody has checked them.");
  byId("claim").after(...[requester.name, project.name, tenant.name, action].flatMap(drawWarnings));
  if (lines.length > 0) byId("fields").append(drawFields(lines));
  else byId("fields").append(make("p", "card quiet", "The content is empty: an object without fields."));
  byId("count").append(lines.length === 1 ? "1 value" : `${lines.length} values`, ", complete.");
  const verified = make("b", "good", "✓ Display verified.");
  byId("display").append(verified, " This device draws exactly the bytes that you sign.");
  byId("code").append(groupedCode(code));
  byId("expires").append(drawTime(statement.expires));
  const { executeWithinSeconds: window } = statement;
  setVisible(byId("window"), window !== null);
  if (window !== null)
    byId("use-within").append(`${durationText(window * 1_000)} (${window} seconds) after the decision`);
  byId("approver").append(drawExact(approver.username));
  const { vote: _vote, reason: _reason, issued: _issued, salt: _salt, ...fixed } = statement;
  byId("statement").append(drawFields(expectOk(linesOf(canonicalBytes(fixed)))));
}

/** The bytes themselves, shown even if the display could not be verified. */
export function drawRaw({ payload, payloadHash }: ApprovalData): void {
  byId("hash").append(payloadHash);
  byId("computed").append(toHex(sha256(utf8(payload))));
  byId("raw").append(drawExact(payload));
}

/** Replaces the rest of the page: nobody may decide on it. */
export function drawAlarm(why: string): void {
  byId("why").append(why);
  setVisible(byId("alarm"), true);
  setVisible(byId("request"), false);
  setVisible(byId("decision"), false);
  byId("state").className = "pill bad";
  setText(byId("state"), "Not verified");
  document.title = "Not verified · Countersign";
}

export function drawOutcome(
  { heading, sentence, tone }: StateText,
  { votes, decidedAt, sealed }: ApprovalState,
  id: string,
): void {
  const title = make("h2", "", heading);
  const when = decidedAt === null || votes.length > 0 ? [] : [make("p", "quiet", drawTime(decidedAt))];
  const receipt = sealed ? [make("p", "", link(`/approve/${id}/receipt`, "", "Download the receipt"))] : [];
  byId("outcome").className = `card outcome ${tone}`;
  byId("outcome").replaceChildren(
    title,
    make("p", "", sentence),
    ...votes.map(drawVote),
    ...when,
    ...receipt,
  );
}

const DONE: Readonly<Record<string, string>> = {
  approve: " approved, ",
  reject: " rejected, ",
  "break-glass": " approved in an emergency, ",
};

function drawVote({ username, vote, reason, at }: ShownVote): HTMLElement {
  const done = DONE[vote] ?? ` signed ${vote}, `;
  const drawn = make("p", "", make("b", "", drawExact(username)), done, drawTime(at));
  if (reason !== "") drawn.append(make("span", "value text", drawExact(reason)));
  return drawn;
}
