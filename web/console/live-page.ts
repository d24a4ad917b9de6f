import { drawConnection } from "../common/connection.ts";
import { byId, make } from "../common/dom.ts";
import { get, type Path } from "../common/http.ts";
import { longPoll } from "../common/long-poll.ts";

// A page that names an address for its version loads itself again when the version is another one. While somebody is
// typing, reads by keyboard or selects text, it only says that there is something new.

const WAIT_SECONDS = 25;
/** After each load, so that a busy organisation's page does not load again all the time. */
const PAUSE_MILLISECONDS = 2_000;

export function enableLive(): void {
  const { live, version } = byId("main").dataset;
  if (live === undefined || version === undefined) return;
  let hasTyped = false;
  document.addEventListener("input", () => (hasTyped = true), { once: true });
  const watch = () =>
    longPoll(
      () => get<{ readonly version: string }>(pathOf(live, version)),
      (now) => {
        if (now.version === version) return "more";
        if (hasTyped || isInUse()) offerReload();
        else location.reload();
        return "enough";
      },
      drawConnection,
    );
  setTimeout(() => void watch(), PAUSE_MILLISECONDS);
}

function pathOf(live: string, version: string): Path {
  const { pathname, searchParams } = new URL(live, location.href);
  searchParams.set("version", version);
  searchParams.set("wait", String(WAIT_SECONDS));
  return `/${pathname.slice(1)}?${searchParams}`;
}

/** A click on the page's ground focuses the main element. */
function isInUse(): boolean {
  const { activeElement } = document;
  const isFocused = ![null, document.body, byId("main")].includes(activeElement as HTMLElement | null);
  return isFocused || getSelection()?.isCollapsed === false;
}

function offerReload(): void {
  const button = make("button", "small", "Show it");
  button.type = "button";
  button.addEventListener("click", () => location.reload());
  byId("connection").replaceChildren("There is something new. ", button);
}
