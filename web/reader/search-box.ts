import type { FoundSection, Search } from "../../src/core/docs/docs-search.ts";
import { byId, link, make, setText, setVisible } from "../common/dom.ts";
import { loadIndex } from "./load-index.ts";

// The search. Its index is loaded when the field gets the focus for the first time; every result is a link.

const field = byId("docs-query", HTMLInputElement);
const results = byId("docs-results");
const status = byId("docs-search-status");

/** Of a query that is repeated on the page. */
const SHOWN_MAX_CHARACTERS = 60;

let loading: Promise<Search | undefined> | undefined;

export function startSearch(): void {
  field.addEventListener("focus", () => void load());
  field.addEventListener("input", () => void showResults());
  field.addEventListener("keydown", onFieldKey);
  results.addEventListener("keydown", onResultKey);
  document.addEventListener("keydown", onPageKey);
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !box().contains(target)) close();
  });
  // A link to a heading of this page keeps the page.
  results.addEventListener("click", close);
}

const box = (): HTMLElement => byId("docs-search");

/** Undefined: it can't be loaded now. It is tried again with the next letter. */
async function load(): Promise<Search | undefined> {
  loading ??= loadIndex();
  const search = await loading;
  if (search === undefined) loading = undefined;
  return search;
}

async function showResults(): Promise<void> {
  const query = field.value.trim();
  const search = await load();
  // Meanwhile something else was typed.
  if (query !== field.value.trim()) return;
  if (query === "") return close();
  if (search === undefined)
    return draw([], "The search can’t be loaded. Check the connection and type again.");
  const found = search(query);
  const [count, shown] = [found.length, query.slice(0, SHOWN_MAX_CHARACTERS)];
  draw(found, count > 0 ? `${count} ${count === 1 ? "result" : "results"}` : `Nothing found for “${shown}”`);
}

function draw(found: readonly FoundSection[], message: string): void {
  const items = found.map(({ href, heading, path }) =>
    make(
      "li",
      "",
      link(
        href,
        "",
        make("b", "", heading),
        make("span", "quiet", path.length > 0 ? path.join(" › ") : "Page"),
      ),
    ),
  );
  const list = make("ul", "plain", ...items);
  const note = make("p", "quiet", make("bdi", "", message));
  results.replaceChildren(found.length > 0 ? list : note);
  setVisible(results, true);
  setText(status, message);
}

function close(): void {
  setVisible(results, false);
  setText(status, "");
}

function links(): readonly HTMLAnchorElement[] {
  return results.hidden ? [] : [...results.querySelectorAll("a")];
}

function onFieldKey(event: KeyboardEvent): void {
  if (event.isComposing) return;
  const [first] = links();
  if (event.key === "ArrowDown" && first) first.focus();
  else if (event.key === "Enter" && first) first.click();
  else if (event.key === "Escape" && !results.hidden) close();
  else return;
  event.preventDefault();
}

function onResultKey(event: KeyboardEvent): void {
  const all = links();
  const at = all.findIndex((one) => one === document.activeElement);
  if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (all[at - 1] ?? field).focus();
  else if (event.key === "Escape") {
    field.focus();
    close();
  } else return;
  event.preventDefault();
}

/** "/" leads to the search, but not while somebody types. */
function onPageKey(event: KeyboardEvent): void {
  const { target } = event;
  const isTyping =
    target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
}
