import { make, setText } from "../common/dom.ts";
import { durationText } from "../common/duration.ts";

// How long ago a request was made and how long is left to decide it. The texts are short, so that a list stays calm:
// seconds are shown in the last minute only.

const MINUTE = 60_000;
/** From then on the text is emphasised. */
const SOON_MILLISECONDS = 5 * MINUTE;

/** The time left until then. `updateTimes` fills it in. */
export function drawLeft(iso: string): HTMLElement {
  return timeElement("left", iso);
}

/** The time since then. */
export function drawAge(iso: string): HTMLElement {
  return timeElement("age", iso);
}

/** A time in the past, to the minute. */
export function drawMoment(iso: string): HTMLElement {
  const element = timeElement("", iso);
  element.textContent = new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return element;
}

function timeElement(className: string, iso: string): HTMLElement {
  const element = make("time", className);
  element.dateTime = iso;
  element.title = new Date(iso).toLocaleString(undefined, { dateStyle: "full", timeStyle: "medium" });
  return element;
}

/** Brings all texts up to date. */
export function updateTimes(now: number): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time.left")) {
    const left = Date.parse(element.dateTime) - now;
    setText(element, leftText(left));
    element.classList.toggle("soon", left < SOON_MILLISECONDS);
  }
  for (const element of document.querySelectorAll<HTMLTimeElement>("time.age"))
    setText(element, ageText(now - Date.parse(element.dateTime)));
}

function leftText(left: number): string {
  if (left <= 0) return "Time is over";
  return left < MINUTE ? `${Math.ceil(left / 1_000)} s left` : `${spanText(left)} left`;
}

function ageText(age: number): string {
  return age < MINUTE ? "just now" : `${spanText(age)} ago`;
}

/** Rounded down, so that nobody has less time than the text says. */
function spanText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / MINUTE);
  return minutes < 60 ? `${minutes} min` : durationText(minutes * MINUTE);
}
