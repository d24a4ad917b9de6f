import { drawText, type Segment } from "../../src/core/display/show.ts";
import { make } from "./dom.ts";

// Draws text that other people wrote. <bdi> keeps its writing direction from affecting the text around it,
// and every character that could be invisible is drawn as a badge.

export function drawSegments(segments: readonly Segment[]): HTMLElement {
  const element = make("bdi", "");
  for (const { text, hidden } of segments) {
    if (hidden === undefined) element.append(text);
    else {
      element.append(make("span", hidden.suspicious ? "mark odd" : "mark", text));
      // A line break after its badge, so that a text of many lines can be read.
      if (hidden.codePoint === "U+000A") element.append(make("br", ""));
    }
  }
  return element;
}

export function drawExact(text: string): HTMLElement {
  return drawSegments(drawText(text));
}
