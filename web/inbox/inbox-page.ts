import { link, make, byId, setText, setVisible } from "../common/dom.ts";
import { longPoll } from "../common/long-poll.ts";
import { get, isTemporary, pageData } from "../common/http.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { drawExact } from "../common/text.ts";
import { drawTime } from "../common/time.ts";
import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import type {
  Inbox,
  InboxData,
  InboxItem,
  NewPasskeyNotice,
  RecoveryNotice,
} from "../../src/core/pages/inbox.ts";

const WAIT_SECONDS = 25;

function start({ person, tenant, ...items }: InboxData): void {
  byId("person").append(drawExact(person.username), " at ", drawExact(tenant.name));
  let version = items.version;
  let waitingBefore = draw(items);
  void longPoll(
    () => get<Inbox>(`/inbox/items?wait=${WAIT_SECONDS}&version=${encodeURIComponent(version)}`),
    (fresh) => {
      if (fresh.version !== version) {
        version = fresh.version;
        const waiting = draw(fresh);
        if (waiting > waitingBefore) setText(byId("live"), `${waitingText(waiting)} for you.`);
        waitingBefore = waiting;
      }
      return "more";
    },
    (problem) => {
      const more = problem && isTemporary(problem) ? "Trying again." : "Reload this page.";
      setText(byId("connection"), problem ? `${problem.detail} ${more}` : "");
    },
  );
}

/** Returns the number of requests that wait for this person. */
function draw({ items, notices, newPasskeys }: Inbox): number {
  const newestFirst = items.toSorted((left, right) => (left.createdAt < right.createdAt ? 1 : -1));
  const waiting = newestFirst.filter(({ status }) => status === "pending");
  const earlier = newestFirst.filter(({ status }) => status !== "pending");
  // The links are replaced: move the focus to the new copy of the focused one.
  const focused = document.activeElement?.getAttribute("href");
  byId("notices").replaceChildren(...newPasskeys.map(drawNewPasskey), ...notices.map(drawNotice));
  byId("waiting").replaceChildren(...waiting.map(drawItem));
  byId("earlier").replaceChildren(...earlier.map(drawItem));
  if (focused) document.querySelector<HTMLElement>(`main a[href="${CSS.escape(focused)}"]`)?.focus();
  setVisible(byId("none"), waiting.length === 0);
  setVisible(byId("past"), earlier.length > 0);
  document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ""}Inbox · Countersign`;
  return waiting.length;
}

function drawItem(item: InboxItem): HTMLElement {
  const { id, action, requester, project, createdAt, expiresAt, status, code, shown } = item;
  const pending = status === "pending";
  const address = `/approve/${encodeURIComponent(id)}`;
  const times = pending ? ["expires ", drawTime(expiresAt)] : ["asked ", drawTime(createdAt)];
  const summary = [
    link(address, "", drawExact(action)),
    make("p", "quiet", drawExact(requester), " for ", drawExact(project)),
    make(
      "p",
      "quiet row",
      make("code", "", groupedCode(code)),
      make("span", "", ...(pending ? [] : [`${status}, `]), ...times),
    ),
  ];
  if (shown === null) return make("li", "card item", ...summary);
  // The whole item is a link to the request; the link to publish it is outside.
  return make(
    "li",
    "card",
    make("div", "item", ...summary),
    drawPublication(`${address}/publish`, action, shown),
  );
}

function drawPublication(address: string, action: string, shown: boolean): HTMLElement {
  const publish = link(address, "", shown ? "Public: view or withdraw" : "Publish");
  publish.ariaLabel = `${publish.textContent}: ${action}`;
  return make("p", "", publish);
}

/** In words that nobody can mistake: it may be an attack. */
function drawNewPasskey(notice: NewPasskeyNotice): HTMLElement {
  const { username, isOwn, replacesAll, fingerprint, at, request } = notice;
  const advice = isOwn
    ? "If you did not create it, let nobody sign for it, and tell an owner or admin at once."
    : "Compare the fingerprint with this person before anybody signs, and not in the channel that brought the link.";
  const loss = `It would replace all passkeys that ${isOwn ? "you have" : "this person has"} now. `;
  const drawn = make(
    "section",
    "card outcome bad",
    make(
      "p",
      "",
      make("b", "", "A NEW passkey asks to act as ", drawExact(username), isOwn ? " (you)." : "."),
    ),
    make("p", "", "Fingerprint ", make("code", "", fingerprint), ", since ", drawTime(at), "."),
    make("p", "", replacesAll ? loss : "", advice),
  );
  if (request !== null)
    drawn.append(make("p", "", link(`/approve/${encodeURIComponent(request)}`, "", "Open this request")));
  return drawn;
}

function drawNotice({ username, at, signedBy }: RecoveryNotice): HTMLElement {
  const names = signedBy.flatMap((name, place) =>
    place === 0 ? [drawExact(name)] : [" and ", drawExact(name)],
  );
  const whose = make("b", "", drawExact(username), "'s passkeys were replaced");
  return make("p", "note", whose, " on ", drawTime(at), ", signed by ", ...names, ".");
}

function waitingText(waiting: number): string {
  return waiting === 1 ? "1 request waits" : `${waiting} requests wait`;
}

const data = pageData() as InboxData | undefined;
if (data === undefined)
  setText(byId("connection"), "The server sent this page without its content. Reload it.");
else start(data);
enableSignOut();
setVisible(byId("main"), true);
