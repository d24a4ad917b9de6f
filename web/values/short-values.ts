import { draw } from "../common/dom.ts";
import { layOutNumber } from "../drawn/lay-out-value.ts";
import { drawExact } from "./text.ts";

/** A single value in a line of a list or a comparison. */
export function drawShort(value: string | number | boolean): HTMLElement {
  return typeof value === "number" ? draw(layOutNumber(String(value))) : drawExact(String(value));
}
