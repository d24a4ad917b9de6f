import { drawExact } from "./text.ts";
import { make } from "./dom.ts";

// Single values in one line of a list or a comparison.

/** A text exactly, and a number with its digits in groups of three. */
export function drawShort(value: string | number | boolean): HTMLElement {
  return typeof value === "number" ? make("bdi", "", groupedNumber(value)) : drawExact(String(value));
}

/** "42,000.5" */
export function groupedNumber(value: number): string {
  return String(value).replace(/^-?\d+/, (whole) => whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ","));
}
