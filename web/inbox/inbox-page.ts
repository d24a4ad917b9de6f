import { link, make, byId, setText, setVisible } from "../common/dom.ts";
import { longPoll } from "../common/long-poll.ts";
import { drawConnection } from "../common/connection.ts";
import { get, pageData, type Path } from "../common/http.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { drawExact } from "../common/text.ts";
import { drawTime } from "../common/time.ts";
import { groupedCode } from "../../src/core/confirmation/challenge.ts";
import {
  INBOX_COUNTED_MAX,
  INBOX_PAGE_ITEMS,
  type DecidedItem,
  type Inbox,
  type InboxData,
  type InboxItem,
  type NewPasskeyNotice,
  type OpenRequests,
  type RecoveryNotice,
} from "../../src/core/pages/inbox.ts";

const WAIT_SECONDS = 25;

/** The page that the address names. */
const AFTER = new URLSearchParams(location.search).get("after");

function start({ person, tenant, ...inbox }: InboxData): void {
  byId("person").append(drawExact(person.username), " at ", drawExact(tenant.name));
  let shown: Inbox = inbox;
  draw(shown);
  void longPoll(
    () => get<Inbox>(pathOf(shown.version)),
    (fresh) => {
      if (fresh.version !== shown.version) {
        draw(fresh);
        announce(shown, fresh);
        shown = fresh;
      }
      return "more";
    },
    drawConnection,
  );
}

function pathOf(version: string): Path {
  const query = new URLSearchParams({ wait: String(WAIT_SECONDS), version });
  if (AFTER !== null) query.set("after", AFTER);
  return `/inbox/items?${query}`;
}

function draw({ open, unendorsed, decided, notices, newPasskeys }: Inbox): void {
  // The links are replaced: move the focus to the new copy of the focused one.
  const focused = document.activeElement?.getAttribute("href");
  byId("notices").replaceChildren(...newPasskeys.map(drawNewPasskey), ...notices.map(drawNotice));
  byId("waiting").replaceChildren(...open.items.map(drawOpen));
  byId("new-people").replaceChildren(...unendorsed.items.map(drawOpen));
  byId("earlier").replaceChildren(...decided.map(drawDecided));
  drawPages(open);
  if (focused) document.querySelector<HTMLElement>(`main a[href="${CSS.escape(focused)}"]`)?.focus();
  setVisible(byId("none"), open.total === 0);
  setVisible(byId("unendorsed"), unendorsed.items.length > 0);
  setVisible(byId("more-unendorsed"), unendorsed.hasMore);
  setVisible(byId("jump"), unendorsed.items.length > 0 && open.items.length > 0);
  setVisible(byId("past"), decided.length > 0);
  document.title = `${open.total > 0 ? `(${open.total}) ` : ""}Inbox · Countersign`;
}

/** Which of the open requests this page has, and the links to the others. */
function drawPages({ items, total, before, next }: OpenRequests): void {
  const [from, to] = [before + 1, before + items.length];
  const range = before === 0 ? `${items.length}` : `${from.toLocaleString()} to ${to.toLocaleString()}`;
  const order = "Changes of who may sign come first, then what expires next.";
  setVisible(byId("range"), total > items.length);
  setText(
    byId("range"),
    items.length > 0
      ? `${range} of ${totalText(total)}. ${order}`
      : `None of the ${totalText(total)} is on this page any more.`,
  );
  const further = byId("next", HTMLAnchorElement);
  setVisible(byId("pages"), AFTER !== null || next !== null);
  setVisible(byId("first"), AFTER !== null);
  setVisible(further, next !== null);
  if (next !== null) further.href = `/inbox?after=${encodeURIComponent(next)}`;
  const left = total < INBOX_COUNTED_MAX ? total - to : INBOX_PAGE_ITEMS;
  setText(further, `Show the next ${Math.min(INBOX_PAGE_ITEMS, left)}`);
}

function totalText(total: number): string {
  return total < INBOX_COUNTED_MAX ? total.toLocaleString() : `more than ${total.toLocaleString()}`;
}

/** What is new, for a screen reader. */
function announce(before: Inbox, { open, unendorsed }: Inbox): void {
  if (open.total > before.open.total) setText(byId("live"), `${waitingText(open.total)} for you.`);
  else if (unendorsed.items.length > before.unendorsed.items.length)
    setText(byId("live"), "A passkey waits under New people and lost passkeys.");
}

function drawOpen(item: InboxItem): HTMLElement {
  return make("li", "card item", ...drawSummary(item, "expires ", drawTime(item.expiresAt)));
}

function drawDecided(item: DecidedItem): HTMLElement {
  const summary = drawSummary(item, `${item.status} `, drawTime(item.decidedAt));
  if (item.shown === null) return make("li", "card item", ...summary);
  // The whole item is a link to the request; the link to publish it is outside.
  const publication = drawPublication(`${addressOf(item)}/publish`, item.action, item.shown);
  return make("li", "card", make("div", "item", ...summary), publication);
}

function drawSummary(item: InboxItem, ...state: readonly (Node | string)[]): readonly HTMLElement[] {
  return [
    link(addressOf(item), "", drawExact(item.action)),
    make("p", "quiet", drawExact(item.requester), " for ", drawExact(item.project)),
    make("p", "quiet row", make("code", "", groupedCode(item.code)), make("span", "", ...state)),
  ];
}

function addressOf({ id }: InboxItem): string {
  return `/approve/${encodeURIComponent(id)}`;
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
  return waiting === 1 ? "1 request waits" : `${totalText(waiting)} requests wait`;
}

const data = pageData() as InboxData | undefined;
if (data === undefined)
  setText(byId("connection"), "The server sent this page without its content. Reload it.");
else start(data);
enableSignOut();
setVisible(byId("main"), true);
