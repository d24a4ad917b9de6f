import { draw } from "../common/dom.ts";
import { layOutExact } from "../drawn/lay-out-text.ts";

/** Text that other people wrote, as an element. */
export function drawExact(text: string): HTMLElement {
  return draw(layOutExact(text));
}
