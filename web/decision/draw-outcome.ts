import type { ApprovalState, ShownVote } from "../../src/core/pages/approval.ts";
import { link, make } from "../common/dom.ts";
import type { Path } from "../common/http.ts";
import { icon, type IconName } from "../common/icons.ts";
import { drawExact } from "../values/text.ts";
import { drawTime } from "../common/time.ts";
import { VOTE_WORDS } from "../common/vote-words.ts";
import type { StateText } from "./outcome.ts";

const ICONS: Readonly<Record<StateText["tone"], IconName>> = {
  good: "check",
  bad: "cross",
  over: "clock",
  open: "clock",
};

/** What happened, what it allows, who signed it, and the receipt. */
export function drawOutcome(
  element: HTMLElement,
  { heading, sentence, tone }: StateText,
  { votes, decidedAt, sealed }: ApprovalState,
  path: Path,
  stages: number,
): void {
  const title = make("h2", tone, icon(ICONS[tone]), heading);
  const when = decidedAt === null || votes.length > 0 ? [] : [make("p", "quiet", drawTime(decidedAt))];
  const receipt = link(`${path}/receipt`, "button small", icon("download"), "Download the receipt");
  element.className = `card outcome ${tone}`;
  element.replaceChildren(
    title,
    make("p", "", sentence),
    ...votes.map((vote) => drawVote(vote, stages)),
    ...when,
    ...(sealed ? [make("p", "", receipt)] : []),
  );
}

function drawVote({ username, vote, reason, at, stage, seat }: ShownVote, stages: number): HTMLElement {
  const place = seat === "" ? "" : ` for ${seat}`;
  const done = ` ${VOTE_WORDS[vote]}${place}${stages > 1 ? ` in stage ${stage}` : ""}, `;
  const drawn = make("p", "quiet", make("b", "", drawExact(username)), done, drawTime(at));
  if (reason !== "") drawn.append(make("span", "reason", drawExact(reason)));
  return drawn;
}
