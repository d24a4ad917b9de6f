import { drawExact } from "./text.ts";
import { make } from "../common/dom.ts";

/** Fewer digits are read at once. */
const GROUPED_MIN_DIGITS = 5;
const DIGITS_IN_GROUP = 3;

/** A single value in a line of a list or a comparison. */
export function drawShort(value: string | number | boolean): HTMLElement {
  return typeof value === "number" ? drawNumber(String(value)) : drawExact(String(value));
}

/** The groups are elements without text between them, so that copying gives the number as it is. */
export function drawNumber(text: string): HTMLElement {
  const [, start = "", whole = "", rest = ""] = /^(-?)(\d+)(.*)$/.exec(text) ?? [];
  if (whole.length < GROUPED_MIN_DIGITS) return make("bdi", "", text);
  const first = whole.length % DIGITS_IN_GROUP || DIGITS_IN_GROUP;
  const number = make("bdi", "", start, make("span", "", whole.slice(0, first)));
  for (let at = first; at < whole.length; at += DIGITS_IN_GROUP) {
    number.append(make("span", "group", whole.slice(at, at + DIGITS_IN_GROUP)));
  }
  number.append(rest);
  return number;
}
