import { mainDirection, partsOf, type Direction, type Main } from "../../src/core/display/text/directions.ts";
import type { HiddenCharacter } from "../../src/core/display/text/hidden-characters.ts";
import { characterOf, drawText, exactText, type Segment } from "../../src/core/display/text/segments.ts";
import { flagRegion } from "../../src/core/display/text/sequences.ts";
import { layOut, withAttributes, type LaidOut } from "./laid-out.ts";

// Text that other people wrote. <bdi> keeps its writing direction from affecting the text around it. A character that
// could deceive is a badge with its name; an ordinary one that is invisible is itself, with a sign.

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

export function layOutExact(text: string): LaidOut {
  return layOutSegments(drawText(text));
}

export function layOutSegments(
  segments: readonly Segment[],
  main = mainDirection(exactText(segments)),
): LaidOut {
  const drawn = segments.flatMap((segment) => layOutSegment(segment, main));
  // Without a direction, browsers look for the first letter again after each addition.
  return withAttributes(layOut("bdi", main?.isMixed ? "both" : "", ...drawn), {
    dir: main?.direction ?? "ltr",
  });
}

function layOutSegment(
  { text, hidden, odd, joined }: Segment,
  main: Main | undefined,
): readonly (LaidOut | string)[] {
  if (hidden !== undefined) return [layOutHidden(text, hidden)];
  if (joined !== undefined) {
    const region = joined === "flag" ? [layOut("small", "", flagRegion(text))] : [];
    return [layOut("span", `joined ${joined}`, text, ...region)];
  }
  const drawn = main?.isMixed ? layOutDirections(text, main.direction) : [text];
  return odd ? [layOut("span", "odd", ...drawn)] : drawn;
}

/** Parts of the other direction are isolated, so that they stay in their order. */
function layOutDirections(text: string, main: Direction): readonly (LaidOut | string)[] {
  const other = main === "ltr" ? "rtl" : "ltr";
  return partsOf(text, main).map((part) =>
    part.other ? withAttributes(layOut("bdi", "", part.text), { dir: other }) : part.text,
  );
}

function layOutHidden(text: string, hidden: HiddenCharacter): LaidOut {
  const sign = hidden.suspicious ? undefined : SIGNS.get(hidden.codePoint);
  if (sign === undefined) return layOut("span", hidden.suspicious ? "mark odd" : "mark", text);
  return withAttributes(layOut("span", "sign", characterOf(hidden)), {
    "data-sign": sign,
    title: hidden.name,
  });
}
