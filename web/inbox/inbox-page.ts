import { link, make, part, say, show } from "../common/dom.ts";
import { follow } from "../common/follow.ts";
import { get, isPassing, pageData } from "../common/http.ts";
import { offerSignOut } from "../common/sign-in-flow.ts";
import { exactly } from "../common/text.ts";
import { moment } from "../common/time.ts";
import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import type { Inbox, InboxData, InboxItem, RecoveryNotice } from "../../src/core/pages/inbox.ts";

const WAIT_SECONDS = 25;

function start({ person, tenant, ...items }: InboxData): void {
  part("person").append(exactly(person.username), " at ", exactly(tenant.name));
  let known = items.version;
  let before = draw(items);
  void follow(
    () => get<Inbox>(`/inbox/items?wait=${WAIT_SECONDS}&version=${encodeURIComponent(known)}`),
    (fresh) => {
      if (fresh.version !== known) {
        known = fresh.version;
        const waiting = draw(fresh);
        if (waiting > before) say(part("live"), `${counted(waiting)} for you.`);
        before = waiting;
      }
      return "more";
    },
    (problem) => {
      const more = problem && isPassing(problem) ? "Trying again." : "Reload this page.";
      say(part("connection"), problem ? `${problem.detail} ${more}` : "");
    },
  );
}

/** How many wait for this person. */
function draw({ items, notices }: Inbox): number {
  const newestFirst = items.toSorted((left, right) => (left.createdAt < right.createdAt ? 1 : -1));
  const waiting = newestFirst.filter(({ status }) => status === "pending");
  const earlier = newestFirst.filter(({ status }) => status !== "pending");
  // The links are made anew; who stands on one shall stand on it still.
  const focused = document.activeElement?.getAttribute("href");
  part("notices").replaceChildren(...notices.map(drawNotice));
  part("waiting").replaceChildren(...waiting.map(drawItem));
  part("earlier").replaceChildren(...earlier.map(drawItem));
  if (focused) document.querySelector<HTMLElement>(`main a[href="${CSS.escape(focused)}"]`)?.focus();
  show(part("none"), waiting.length === 0);
  show(part("past"), earlier.length > 0);
  document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ""}Inbox · Countersign`;
  return waiting.length;
}

function drawItem(item: InboxItem): HTMLElement {
  const { id, action, requester, project, createdAt, expiresAt, status, code, shown } = item;
  const pending = status === "pending";
  const address = `/approve/${encodeURIComponent(id)}`;
  const times = pending ? ["expires ", moment(expiresAt)] : ["asked ", moment(createdAt)];
  const face = [
    link(address, "", exactly(action)),
    make("p", "quiet", exactly(requester), " for ", exactly(project)),
    make(
      "p",
      "quiet row",
      make("code", "", groupedCode(code)),
      make("span", "", ...(pending ? [] : [`${status}, `]), ...times),
    ),
  ];
  if (shown === null) return make("li", "card item", ...face);
  // The face leads to the request wherever it is touched; below it stands a way of its own.
  return make(
    "li",
    "card",
    make("div", "item", ...face),
    drawPublication(`${address}/publish`, action, shown),
  );
}

function drawPublication(address: string, action: string, shown: boolean): HTMLElement {
  const way = link(address, "", shown ? "Public: see or take back" : "Publish");
  way.ariaLabel = `${way.textContent}: ${action}`;
  return make("p", "", way);
}

function drawNotice({ username, at, signedBy }: RecoveryNotice): HTMLElement {
  const names = signedBy.flatMap((name, place) => (place === 0 ? [exactly(name)] : [" and ", exactly(name)]));
  const whose = make("b", "", exactly(username), "'s passkeys were replaced");
  return make("p", "note", whose, " on ", moment(at), ", signed by ", ...names, ".");
}

function counted(waiting: number): string {
  return waiting === 1 ? "1 request waits" : `${waiting} requests wait`;
}

const data = pageData() as InboxData | undefined;
if (data === undefined) say(part("connection"), "The page arrived without its content. Reload it.");
else start(data);
offerSignOut();
show(part("main"), true);
