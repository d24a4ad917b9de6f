import {
  directionOf,
  hasRightToLeft,
  isMixed,
  partsOf,
  type Direction,
} from "../../src/core/display/text/directions.ts";
import type { HiddenCharacter } from "../../src/core/display/text/hidden-characters.ts";
import { characterOf, drawText, exactText, type Segment } from "../../src/core/display/text/segments.ts";
import { flagRegion } from "../../src/core/display/text/sequences.ts";
import { make } from "./dom.ts";

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

/** `line` is the whole line that the segments are a part of. */
export function drawSegments(segments: readonly Segment[], line = segments): HTMLElement {
  const element = make("bdi", "");
  const main = mainDirection(exactText(line));
  if (main !== undefined) {
    element.dir = main.direction;
    if (main.mixed) element.className = "both";
  }
  for (const segment of segments)
    element.append(...drawSegment(segment, main?.mixed ? main.direction : undefined));
  return element;
}

function mainDirection(line: string): { readonly direction: Direction; readonly mixed: boolean } | undefined {
  if (!hasRightToLeft(line)) return undefined;
  return { direction: directionOf(line), mixed: isMixed(line) };
}

function drawSegment(
  { text, hidden, odd, joined }: Segment,
  main: Direction | undefined,
): readonly (Node | string)[] {
  if (hidden !== undefined) return [drawHidden(text, hidden)];
  if (joined !== undefined) {
    const piece = make("span", `joined ${joined}`, text);
    if (joined === "flag") piece.append(make("small", "", flagRegion(text)));
    return [piece];
  }
  const drawn = main === undefined ? [text] : drawParts(text, main);
  return odd ? [make("span", "odd", ...drawn)] : drawn;
}

/** Parts of the other direction are isolated, so that they stay in their order. */
function drawParts(text: string, main: Direction): readonly (Node | string)[] {
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
