import { drawText, type Segment } from "../../src/core/display/show.ts";
import { make } from "./dom.ts";

// Text that others wrote. Each piece is isolated, so that its direction can't spill over, and every
// character that could hide stands as a badge.

export function drawSegments(segments: readonly Segment[]): HTMLElement {
  const whole = make("bdi", "");
  for (const { text, hidden } of segments) {
    if (hidden === undefined) whole.append(text);
    else {
      whole.append(make("span", hidden.suspicious ? "mark odd" : "mark", text));
      // Beside the badge, the line that it begins: a text of many lines is read as one.
      if (hidden.codePoint === "U+000A") whole.append(make("br", ""));
    }
  }
  return whole;
}

export function exactly(text: string): HTMLElement {
  return drawSegments(drawText(text));
}
