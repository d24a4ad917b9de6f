import { showWaiting } from "../common/app-badge.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { longPoll } from "../common/long-poll.ts";
import { drawConnection } from "../common/connection.ts";
import { get, NO_DATA, pageData, type Path } from "../common/http.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { drawExact } from "../values/text.ts";
import { serverClock } from "../common/time.ts";
import { isMember } from "../../src/core/account/members.ts";
import {
  INBOX_COUNTED_MAX,
  INBOX_PAGE_ITEMS,
  type Inbox,
  type InboxData,
  type OpenRequests,
} from "../../src/core/pages/inbox.ts";
import { drawErasure, drawNewPasskey, drawNotice } from "./draw-notices.ts";
import { drawDecided, drawOpen, drawSigned } from "./draw-row.ts";
import { updateTimes } from "./row-times.ts";

const WAIT_SECONDS = 25;

/** The page that the address names. */
const AFTER = new URLSearchParams(location.search).get("after");

function start({ person, tenant, getsNotices, now, ...inbox }: InboxData): void {
  const clock = serverClock(now);
  byId("person").append(drawExact(person.username), " at ", drawExact(tenant.name));
  setVisible(byId("console"), isMember(person.role));
  setVisible(byId("unheard"), !getsNotices);
  let shown: Inbox = inbox;
  draw(shown);
  updateTimes(clock());
  setInterval(() => updateTimes(clock()), 1_000);
  void longPoll(
    () => get<Inbox>(pathOf(shown.version)),
    (fresh) => {
      if (fresh.version !== shown.version) {
        draw(fresh);
        updateTimes(clock());
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

function draw(inbox: Inbox): void {
  const { open, unendorsed, signed, decided, notices, newPasskeys, erasure, needsSecondPasskey } = inbox;
  // The links are replaced: move the focus to the new copy of the focused one.
  const focused = document.activeElement?.getAttribute("href");
  byId("notices").replaceChildren(
    ...newPasskeys.map(drawNewPasskey),
    ...notices.map(drawNotice),
    ...(erasure === null ? [] : [drawErasure(erasure)]),
  );
  // While one waits, the notice about it says what to do next.
  setVisible(byId("second"), needsSecondPasskey && !newPasskeys.some(({ isOwn }) => isOwn));
  const changes = open.items.filter(({ isChange }) => isChange);
  const decisions = open.items.filter(({ isChange }) => !isChange);
  byId("changes").replaceChildren(...changes.map(drawOpen));
  byId("waiting").replaceChildren(...decisions.map(drawOpen));
  byId("new-people").replaceChildren(...unendorsed.items.map(drawOpen));
  byId("signed").replaceChildren(...signed.items.map(drawSigned));
  byId("earlier").replaceChildren(...decided.map(drawDecided));
  drawPages(open);
  if (focused) document.querySelector<HTMLElement>(`main a[href="${CSS.escape(focused)}"]`)?.focus();
  setVisible(byId("none"), open.total === 0);
  setVisible(byId("of-changes"), changes.length > 0);
  setVisible(byId("of-decisions"), decisions.length > 0);
  setVisible(byId("decisions-heading"), changes.length > 0);
  setText(byId("total"), open.total > 0 ? totalText(open.total) : "");
  setVisible(byId("unendorsed"), unendorsed.items.length > 0);
  setVisible(byId("more-unendorsed"), unendorsed.hasMore);
  setVisible(byId("jump"), unendorsed.items.length > 0 && open.items.length > 0);
  setVisible(byId("of-signed"), signed.items.length > 0);
  setVisible(byId("more-signed"), signed.hasMore);
  setVisible(byId("past"), decided.length > 0);
  showWaiting(open.total);
  document.title = `${open.total > 0 ? `(${open.total}) ` : ""}Inbox · Countersign`;
}

/** Which of the open requests this page has, and the links to the others. */
function drawPages({ items, total, before, next }: OpenRequests): void {
  const [from, to] = [before + 1, before + items.length];
  const range = before === 0 ? `${items.length}` : `${from.toLocaleString()} to ${to.toLocaleString()}`;
  setVisible(byId("range"), total > items.length);
  setText(
    byId("range"),
    items.length > 0
      ? `${range} of ${totalText(total)}, the next to expire first.`
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

function waitingText(waiting: number): string {
  return waiting === 1 ? "1 request waits" : `${totalText(waiting)} requests wait`;
}

const data = pageData() as InboxData | undefined;
if (data === undefined) setText(byId("connection"), NO_DATA);
else start(data);
enableSignOut();
setVisible(byId("main"), true);
