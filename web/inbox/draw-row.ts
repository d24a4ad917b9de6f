import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import type { Status } from "../../src/core/confirmation/decision.ts";
import type { Risk, Telling, TellingValue } from "../../src/core/display/telling.ts";
import type { DecidedItem, InboxItem, SignedItem } from "../../src/core/pages/inbox.ts";
import { link, make } from "../common/dom.ts";
import { icon, type IconName } from "../common/icons.ts";
import { initialsOf } from "../common/initials.ts";
import { requestPath } from "../common/request-path.ts";
import { drawShort } from "../values/short-values.ts";
import { drawExact } from "../values/text.ts";
import { drawAge, drawLeft, drawMoment } from "./row-times.ts";

// One request in a list. The whole row is the link; its name is the action with the values that tell it apart.

export function drawOpen(item: InboxItem): HTMLElement {
  const signatures = progressText(item);
  const when = signatures === "" ? [] : [signatures, make("br", "")];
  return drawRow(item, drawLeft(item.expiresAt), ...when, "asked ", drawAge(item.createdAt));
}

/** What the reader has signed: how many have, and who must sign next. */
export function drawSigned(item: SignedItem): HTMLElement {
  const next = item.needed.flatMap(({ name, count }, place) => [
    place === 0 ? " · waits for " : " and ",
    `${count} ${name === "" ? "more" : "of "}`,
    ...(name === "" ? [] : [drawExact(name)]),
  ]);
  return drawRow(item, drawLeft(item.expiresAt), progressText(item), ...next);
}

/** Empty if one person decides. */
function progressText({ progress }: InboxItem): string {
  if (progress === null) return "";
  const { have, need, stage, stages } = progress;
  return `${stages > 1 ? `stage ${stage} of ${stages}, ` : ""}${have} of ${need} signed`;
}

export function drawDecided(item: DecidedItem): HTMLElement {
  const [name, tone] = OUTCOMES[item.status];
  const outcome = make("span", `outcome-word ${tone}`, icon(name), make("span", "", item.status));
  const drawn = drawRow(item, outcome, drawMoment(item.decidedAt));
  if (item.shown !== null)
    drawn
      .querySelector(".when")
      ?.append(" · ", drawPublication(`${requestPath(item.id)}/publish`, item.action, item.shown));
  return drawn;
}

const OUTCOMES: Readonly<Record<Status, readonly [IconName, string]>> = {
  pending: ["clock", ""],
  approved: ["check", "good"],
  rejected: ["cross", "bad"],
  expired: ["clock", "quiet"],
  cancelled: ["cross", "quiet"],
};

function drawRow(item: InboxItem, end: HTMLElement, ...when: readonly (Node | string)[]): HTMLElement {
  const { id, action, telling, requester, project, mode, code } = item;
  const test = mode === "live" ? [] : [make("span", "test-mark", "Test"), " "];
  const title = link(requestPath(id), "title", ...test, drawExact(action));
  const drawn = make("li", "request", drawAsker(item), title, make("span", "end", end));
  if (telling !== null && telling.values.length > 0) {
    const facts = drawFacts(telling);
    title.id = `title-${id}`;
    facts.id = `facts-${id}`;
    title.setAttribute("aria-labelledby", `${title.id} ${facts.id}`);
    drawn.append(facts);
  }
  if (telling !== null && telling.risks.length > 0) drawn.append(drawRisks(telling));
  drawn.append(
    make("span", "who", drawExact(requester), " · ", drawExact(project)),
    make("span", "when", ...when),
    make("code", "comparison", make("span", "unseen", "code "), groupedCode(code)),
  );
  return drawn;
}

/** A part of the link's name, so that it is not read a second time. */
function drawFacts({ values }: Telling): HTMLElement {
  const facts = values.flatMap((value, place) => [place > 0 ? " · " : "", drawFact(value)]);
  const drawn = make("span", "facts", ...facts);
  drawn.ariaHidden = "true";
  return drawn;
}

function drawFact({ name, value, cut, more }: TellingValue): HTMLElement {
  const exact = make("span", "fact-value", drawShort(value));
  const fact = make("span", "fact", drawExact(name), " ", exact);
  if (cut) fact.append("…");
  if (more !== undefined) fact.append(` and ${more} more`);
  return fact;
}

const RISK_TEXTS: Readonly<Record<Risk, string>> = {
  "hidden-characters": "Hidden characters",
  "look-alikes": "Look-alike letters",
  "host-names": "Check the web address",
  long: "Long content",
};

function drawRisks({ risks }: Telling): HTMLElement {
  const marks = risks.map((risk) => make("li", "mark-of-risk", icon("warning"), RISK_TEXTS[risk]));
  const list = make("ul", "risks plain", ...marks);
  list.role = "list";
  list.ariaLabel = "Warnings";
  return list;
}

/** The initials of who asks; a change of who may sign has a sign of its own. */
function drawAsker({ isChange, requester }: InboxItem): HTMLElement {
  const drawn = make("span", isChange ? "avatar asker change" : "avatar asker");
  drawn.append(isChange ? icon("shield") : (initialsOf(requester) ?? icon("key")));
  drawn.ariaHidden = "true";
  return drawn;
}

/** A link of its own: the rest of the row leads to the request. */
function drawPublication(address: string, action: string, shown: boolean): HTMLElement {
  const publish = link(address, "publish", shown ? "Public: view or withdraw" : "Publish");
  publish.ariaLabel = `${publish.textContent}: ${action}`;
  return publish;
}
