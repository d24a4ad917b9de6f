import type { Form } from "../../src/core/display/forms.ts";
import type { Segment } from "../../src/core/display/text/segments.ts";
import { textParts, type Row } from "../../src/core/display/text/text-parts.ts";
import { make } from "../common/dom.ts";
import { drawSegments } from "./text.ts";

/** A text of many lines or of one long line: the first parts, and the others folded. */
export function drawParts(segments: readonly Segment[], form: Form): readonly HTMLElement[] {
  const { isLines, isWindows, shown, folded, rest } = textParts(segments, form === "diff");
  const draw = (rows: readonly Row[]) =>
    make("div", isLines ? "part lines" : "part", ...rows.map((row) => drawRow(row, isLines)));
  const parts: HTMLElement[] = shown.map(draw);
  if (isWindows) parts.unshift(make("span", "tag", "lines end with CR LF"));
  if (folded.length === 0) return parts;
  const summary = make("summary", "", `${rest}, `, make("span", "fold-state", "not yet seen"));
  return [...parts, make("details", "fold", summary, ...folded.map(draw))];
}

/** The stylesheet draws the number, so that copying gives the text only. */
function drawRow({ segments, main, number, tone }: Row, isLines: boolean): HTMLElement {
  const text = drawSegments(segments, main);
  if (!isLines) return text;
  const row = make("div", `line ${tone}`.trimEnd(), text);
  if (number !== undefined) row.dataset["number"] = String(number);
  return row;
}
