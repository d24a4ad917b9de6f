import { make } from "./dom.ts";

/** The server's clock, in milliseconds: a device's own may be wrong by hours. */
export function serverClock(serverNow: string): () => number {
  const ahead = Date.parse(serverNow) - Date.now();
  return () => Date.now() + ahead;
}

/** The hour and minute, with the day if that is not today. */
export function clockText(at: string | number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(
    undefined,
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  );
}

/** In the reader's own time zone and format; the title holds the exact time. */
export function drawTime(iso: string): HTMLElement {
  const element = make("time", "");
  const date = new Date(iso);
  element.dateTime = iso;
  element.title = iso;
  element.textContent = Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return element;
}
