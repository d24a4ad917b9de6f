import { mainDirection, partsOf, type Direction, type Main } from "../../src/core/display/text/directions.ts";
import type { HiddenCharacter } from "../../src/core/display/text/hidden-characters.ts";
import { characterOf, drawText, exactText, type Segment } from "../../src/core/display/text/segments.ts";
import { flagRegion } from "../../src/core/display/text/sequences.ts";
import { make } from "../common/dom.ts";

// Draws text that other people wrote. <bdi> keeps its writing direction from affecting the text around it. A
// character that could deceive is a badge with its name; an ordinary one that is invisible is itself, with a sign.

/** The signs, drawn by the stylesheet, so that copying gives the character. */
const SIGNS = new Map([
  ["U+0009", "→"],
  ["U+000A", "↵"],
  ["U+000D", "CR"],
  ["U+0020", "·"],
  ["U+00A0", "°"],
  ["U+202F", "°"],
  ["U+3000", "□"],
]);

export function drawExact(text: string): HTMLElement {
  return drawSegments(drawText(text));
}

export function drawSegments(
  segments: readonly Segment[],
  main = mainDirection(exactText(segments)),
): HTMLElement {
  const element = make("bdi", "");
  // Without this, browsers look for the first letter again after each addition.
  element.dir = main?.direction ?? "ltr";
  if (main?.isMixed) element.className = "both";
  for (const segment of segments) element.append(...drawSegment(segment, main));
  return element;
}

function drawSegment(
  { text, hidden, odd, joined }: Segment,
  main: Main | undefined,
): readonly (Node | string)[] {
  if (hidden !== undefined) return [drawHidden(text, hidden)];
  if (joined !== undefined) {
    const piece = make("span", `joined ${joined}`, text);
    if (joined === "flag") piece.append(make("small", "", flagRegion(text)));
    return [piece];
  }
  const drawn = main?.isMixed ? drawDirections(text, main.direction) : [text];
  return odd ? [make("span", "odd", ...drawn)] : drawn;
}

/** Parts of the other direction are isolated, so that they stay in their order. */
function drawDirections(text: string, main: Direction): readonly (Node | string)[] {
  return partsOf(text, main).map((part) => {
    if (!part.other) return part.text;
    const isolated = make("bdi", "", part.text);
    isolated.dir = main === "ltr" ? "rtl" : "ltr";
    return isolated;
  });
}

function drawHidden(text: string, hidden: HiddenCharacter): HTMLElement {
  const sign = hidden.suspicious ? undefined : SIGNS.get(hidden.codePoint);
  if (sign === undefined) return make("span", hidden.suspicious ? "mark odd" : "mark", text);
  const element = make("span", "sign", characterOf(hidden));
  element.dataset["sign"] = sign;
  element.title = hidden.name;
  return element;
}
