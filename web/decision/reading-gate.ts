import { make } from "../common/dom.ts";

// Nobody can sign what was not on the screen. Every part of the content must have been there for a moment, and every
// warning is acknowledged by itself. A jump, the Tab key or a fast scroll shows no part for long enough.

/** A part counts if both its edges were on the screen at two looks in a row. */
const LOOK_MILLISECONDS = 250;
const LOOKS_IN_A_ROW = 2;
/** Between the header and the part that a jump leads to. */
const GAP_PIXELS = 12;

export interface Reading {
  readonly seen: number;
  readonly parts: number;
  /** Warnings that are not acknowledged. */
  readonly warnings: number;
  readonly isDone: boolean;
}

export interface ReadingGate {
  readonly reading: () => Reading;
  /** Call it once the page has its size: whatever is on the screen wholly then is read if that is all of it. */
  readonly begin: () => void;
  /** Brings the next unseen part, or the next warning, to the screen and moves the focus to it. */
  readonly goOn: () => void;
}

/** The part of the screen where content is visible, in pixels from its upper end. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** How often in a row each edge of a part was on the screen. */
interface Edges {
  top: number;
  bottom: number;
}

/**
 * Watches the parts (`.part`) and warnings (`.note`) in `content`, which is drawn already. `bar` covers the lower end of the screen, except on a
 * wide one. `changed` is called after every change.
 */
export function createReadingGate(content: HTMLElement, bar: HTMLElement, changed: () => void): ReadingGate {
  const parts = [...content.querySelectorAll<HTMLElement>(".part:not([hidden])")];
  const unseen = new Map<Element, Edges>(parts.map((part) => [part, { top: 0, bottom: 0 }]));
  const unread = drawAcknowledgements(content, () => changed());
  const near = new Set<Element>();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries)
      if (isIntersecting) near.add(target);
      else near.delete(target);
  });
  for (const part of parts) observer.observe(part);

  const markSeen = (part: Element) => {
    unseen.delete(part);
    near.delete(part);
    observer.unobserve(part);
    const fold = part.closest("details.fold");
    if (fold?.querySelector(".part") && ![...fold.querySelectorAll(".part")].some((one) => unseen.has(one)))
      markFoldSeen(fold);
  };
  const look = () => {
    if (document.visibilityState !== "visible") return;
    const screen = visibleRange(bar);
    const before = unseen.size;
    for (const part of near) {
      const edges = unseen.get(part);
      if (edges !== undefined && isRead(part, edges, screen)) markSeen(part);
    }
    if (unseen.size < before) changed();
    if (unseen.size === 0) clearInterval(timer);
  };
  const timer = setInterval(look, LOOK_MILLISECONDS);

  return {
    reading: () => ({
      seen: parts.length - unseen.size,
      parts: parts.length,
      warnings: unread.size,
      isDone: unseen.size + unread.size === 0,
    }),
    begin: () => {
      const screen = visibleRange(bar);
      if (!parts.every((part) => isWhollyOn(part, screen))) return;
      for (const part of parts) markSeen(part);
      changed();
    },
    goOn: () => {
      const [next = [...unread][0]] = unseen.keys();
      if (next instanceof HTMLElement) show(next);
    },
  };
}

/** In the page as it opens. A part that is folded has no height. */
function isWhollyOn(part: Element, { from, to }: Range): boolean {
  const { top, bottom } = part.getBoundingClientRect();
  return top >= from && bottom <= to && bottom > top;
}

/** From the header's lower edge to the bar's upper edge, in pixels of the screen. */
function visibleRange(bar: HTMLElement): Range {
  const from = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
  const isBelow = getComputedStyle(bar).getPropertyValue("--is-below") === "1";
  return { from: Math.max(0, from), to: isBelow ? bar.getBoundingClientRect().top : innerHeight };
}

/** Counts this look. A part that is higher than the screen is read if its top was there, and then its bottom. */
function isRead(part: Element, edges: Edges, { from, to }: Range): boolean {
  const { top, bottom } = part.getBoundingClientRect();
  if (edges.top < LOOKS_IN_A_ROW) edges.top = top >= from - 1 && top <= to ? edges.top + 1 : 0;
  if (edges.bottom < LOOKS_IN_A_ROW) edges.bottom = bottom >= from && bottom <= to + 1 ? edges.bottom + 1 : 0;
  return edges.top >= LOOKS_IN_A_ROW && edges.bottom >= LOOKS_IN_A_ROW;
}

/** Adds a checkbox to every warning. Returns the warnings whose box is not checked. */
function drawAcknowledgements(content: HTMLElement, changed: () => void): ReadonlySet<HTMLElement> {
  const notes = [...content.querySelectorAll<HTMLElement>(".note")];
  const unread = new Set(notes);
  for (const note of notes) {
    const box = make("input", "");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      if (box.checked) unread.delete(note);
      else unread.add(note);
      changed();
    });
    note.append(make("label", "acknowledge", box, "I have read this warning"));
  }
  return unread;
}

function markFoldSeen(fold: Element): void {
  const summary = fold.querySelector("summary");
  const text = summary?.textContent ?? "";
  if (summary) summary.textContent = text.replace(", not yet seen", ", seen");
}

function show(target: HTMLElement): void {
  for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
    fold.open = true;
  const header = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
  scrollBy({ top: target.getBoundingClientRect().top - header - GAP_PIXELS, behavior: "instant" });
  const control = target.querySelector<HTMLElement>("input");
  if (control === null) target.tabIndex = -1;
  (control ?? target).focus({ preventScroll: true });
}
