import type { Inbox } from "../../src/core/pages/inbox.ts";
import { byId, setText, setVisible } from "../common/dom.ts";
import { get } from "../common/http.ts";
import { requestPath } from "../common/request-path.ts";

// The way on after a decision: the next request that waits, or the inbox.

let asked = false;

/** Asked once: the rest of the inbox is not this page's subject. */
export async function drawNext(): Promise<void> {
  if (asked) return;
  asked = true;
  const answer = await get<Inbox>("/inbox/items");
  const next = answer.ok
    ? answer.value.open.items.find(({ id }) => !location.pathname.endsWith(id))
    : undefined;
  if (!answer.ok || next === undefined) return;
  const link = byId("next", HTMLAnchorElement);
  const isCounted = answer.value.open.items.some(({ id }) => location.pathname.endsWith(id));
  link.href = requestPath(next.id);
  setText(link, `Next (${answer.value.open.total - (isCounted ? 1 : 0)})`);
  setVisible(link, true);
}
