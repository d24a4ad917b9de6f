import { make, setText } from "../common/dom.ts";

// Nobody can sign what was not on the screen. Every part of the content must have been there for a moment, and every
// warning is acknowledged by itself. A jump, the Tab key or a fast scroll shows no part for long enough.

/** What counts was on the screen at two looks in a row. */
const LOOK_MILLISECONDS = 250;
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

/** A stretch from top to bottom. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** In fractions of a part's height, because the height changes with the window. */
interface Progress {
  /** Read from its top without a gap. A part can be higher than the screen. */
  read: number;
  /** What was on the screen at the last look, if that was the look before this one. */
  last: Range | undefined;
}

/**
 * Watches the parts (`.part`) and warnings (`.note`) in `content`, which is drawn already. `bar` covers the lower end of
 * the screen, except on a wide one. `changed` is called after every change.
 */
export function createReadingGate(content: HTMLElement, bar: HTMLElement, changed: () => void): ReadingGate {
  const parts = [...content.querySelectorAll<HTMLElement>(".part:not([hidden])")];
  const unseen = new Map<Element, Progress>(parts.map((part) => [part, { read: 0, last: undefined }]));
  const unread = drawAcknowledgements(content, () => changed());
  const near = new Set<Element>();
  const leave = (part: Element) => {
    near.delete(part);
    const progress = unseen.get(part);
    if (progress !== undefined) progress.last = undefined;
  };
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries)
      if (isIntersecting) near.add(target);
      else leave(target);
  });
  for (const part of parts) observer.observe(part);

  const markSeen = (part: Element) => {
    unseen.delete(part);
    near.delete(part);
    observer.unobserve(part);
    const fold = part.closest("details.fold");
    const state = fold?.querySelector<HTMLElement>(".fold-state");
    if (fold && state && ![...fold.querySelectorAll(".part")].some((one) => unseen.has(one)))
      setText(state, "seen");
  };
  const look = () => {
    if (document.visibilityState !== "visible") return;
    const screen = visibleRange(bar);
    const before = unseen.size;
    for (const part of near) {
      const progress = unseen.get(part);
      if (progress !== undefined && isRead(part, progress, screen)) markSeen(part);
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
      if (next instanceof HTMLElement) show(next, unseen.get(next)?.read ?? 0);
    },
  };
}

function isWhollyOn(part: Element, { from, to }: Range): boolean {
  // A part of a closed fold has a place and a height, but is not drawn.
  if (part.closest("details:not([open])") !== null) return false;
  const { top, bottom } = part.getBoundingClientRect();
  return top >= from && bottom <= to && bottom > top;
}

/** From the header's lower edge to the bar's upper edge, in pixels from the screen's upper end. */
function visibleRange(bar: HTMLElement): Range {
  const header = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
  const isBelow = getComputedStyle(bar).getPropertyValue("--is-below") === "1";
  const end = isBelow ? bar.getBoundingClientRect().top : innerHeight;
  // Smaller than the window if the person zooms with two fingers.
  const { offsetTop = 0, height = innerHeight } = visualViewport ?? {};
  return { from: Math.max(offsetTop, header), to: Math.min(end, offsetTop + height) };
}

/** Counts this look. */
function isRead(part: Element, progress: Progress, screen: Range): boolean {
  const { top, height } = part.getBoundingClientRect();
  const fractionAt = (edge: number) => Math.min(Math.max((edge - top) / (height || 1), 0), 1);
  const now = { from: fractionAt(screen.from - 1), to: fractionAt(screen.to + 1) };
  const { last, read } = progress;
  if (last !== undefined && Math.max(now.from, last.from) <= read)
    progress.read = Math.max(read, Math.min(now.to, last.to));
  progress.last = now;
  return progress.read >= 1;
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

/** Brings what follows this fraction of an element to the screen. */
function show(target: HTMLElement, read: number): void {
  for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
    fold.open = true;
  const header = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
  const { top, height } = target.getBoundingClientRect();
  scrollBy({ top: top + read * height - header - GAP_PIXELS, behavior: "instant" });
  const control = target.querySelector<HTMLElement>("input");
  if (control === null) target.tabIndex = -1;
  (control ?? target).focus({ preventScroll: true });
}
