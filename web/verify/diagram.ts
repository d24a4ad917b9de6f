import { drawText, textOf } from "../../src/core/display/text/segments.ts";
import { RESULT_SIGNS } from "./check-texts.ts";
import type { Box, Row } from "./diagram-rows.ts";

// Draws the diagram: rows of boxes and the lines between them, element by element. The list next to it has
// the same content for screen readers.

const NAMESPACE = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const EDGE = 1;
const BETWEEN = 10;
const BOX_HEIGHT = 46;
const GAP = 24;
const PADDING = 10;
/** Limits from the width of the letters, with room for the sign. */
const VALUE_MAX_CHARACTERS = 40;
const HALF_VALUE_MAX_CHARACTERS = 18;
const TITLE_MAX_CHARACTERS = 16;

type Place = { readonly x: number; readonly width: number };

export function drawDiagram(rows: readonly Row[], name: string): SVGElement {
  const height = rows.length * (BOX_HEIGHT + GAP) - GAP + 2 * EDGE;
  const diagram = element("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "diagram", role: "img" });
  diagram.setAttribute("aria-label", name);
  rows.forEach((row, at) => {
    const top = EDGE + at * (BOX_HEIGHT + GAP);
    const above = rows[at - 1];
    if (above !== undefined) diagram.append(...joinRows(above, row, top));
    if (row.supported)
      diagram.append(
        line(WIDTH / 2 + BETWEEN / 2, top + BOX_HEIGHT / 2, WIDTH / 2 - BETWEEN / 2, top + BOX_HEIGHT / 2),
      );
    row.boxes.forEach((box, place) => diagram.append(drawBox(box, placeOf(row, place), top)));
  });
  return diagram;
}

function placeOf({ boxes }: Row, at: number): Place {
  const whole = WIDTH - 2 * EDGE;
  if (boxes.length === 1) return { x: EDGE, width: whole };
  const width = (whole - BETWEEN) / 2;
  return { x: EDGE + at * (width + BETWEEN), width };
}

/** The lines from every box of the row above to every box of the row below. */
function joinRows(above: Row, below: Row, top: number): readonly SVGElement[] {
  const ends = above.to.flatMap((from) =>
    below.from.map((to) => {
      const start = middleOf(above, from);
      const end = middleOf(below, to);
      // Between one wide box and two narrow ones, the line goes straight down at the narrow box.
      if (above.boxes.length === 1) return [end, end] as const;
      return [start, below.boxes.length === 1 ? start : end] as const;
    }),
  );
  const lines = ends.map(([start, end]) => elbow(start, top - GAP, end, top));
  if (below.by === "") return lines;
  const [first = [0, 0]] = ends;
  const alone = ends.length === 1;
  const label = text(
    below.by,
    alone ? first[0] + 8 : WIDTH / 2,
    top - GAP / 2 + 4,
    alone ? "by" : "by middle",
  );
  return [...lines, label];
}

function middleOf(row: Row, at: number): number {
  const { x, width } = placeOf(row, at);
  return x + width / 2;
}

function drawBox({ title, value, status }: Box, { x, width }: Place, top: number): SVGElement {
  const group = element("g", { class: `box ${status ?? "other"}` });
  const half = width < WIDTH / 2;
  const head = text(
    shortText(title, TITLE_MAX_CHARACTERS + (half ? 0 : VALUE_MAX_CHARACTERS)),
    x + PADDING,
    top + 19,
    "title",
  );
  const short = shortText(value, half ? HALF_VALUE_MAX_CHARACTERS : VALUE_MAX_CHARACTERS);
  group.append(
    element("rect", { x, y: top, width, height: BOX_HEIGHT, rx: 6 }),
    head,
    text(short, x + PADDING, top + 36, "exact"),
  );
  if (status !== null) group.append(text(RESULT_SIGNS[status], x + width - PADDING, top + 19, "sign"));
  return group;
}

function text(content: string, x: number, y: number, kind: string): SVGElement {
  const drawn = element("text", { x, y, class: kind });
  drawn.textContent = content;
  return drawn;
}

/** Down, across and down. */
function elbow(x1: number, y1: number, x2: number, y2: number): SVGElement {
  return element("path", { d: `M${x1} ${y1}V${(y1 + y2) / 2}H${x2}V${y2}` });
}

function line(x1: number, y1: number, x2: number, y2: number): SVGElement {
  return element("line", { x1, y1, x2, y2 });
}

/** A hash keeps both ends, a text its beginning; "…" marks what is left out. */
function shortText(words: string, maxCharacters: number): string {
  const characters = Array.from(textOf(drawText(words)));
  if (characters.length <= maxCharacters) return characters.join("");
  const [last = ""] = words.split(" ").slice(-1);
  const tail = last.length > maxCharacters ? Math.floor(maxCharacters / 3) : 0;
  const head = characters.slice(0, maxCharacters - 1 - tail);
  return `${head.join("")}…${tail === 0 ? "" : characters.slice(-tail).join("")}`;
}

function element(
  tag: "svg" | "g" | "rect" | "line" | "path" | "text",
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const created = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, String(value));
  return created;
}
