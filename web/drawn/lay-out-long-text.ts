import type { Form } from "../../src/core/display/forms.ts";
import type { Segment } from "../../src/core/display/text/segments.ts";
import { textParts, type Row } from "../../src/core/display/text/text-parts.ts";
import { layOut, withAttributes, type LaidOut } from "./laid-out.ts";
import { layOutSegments } from "./lay-out-text.ts";

/** A text of many lines or of one long line: the first parts, and the others folded. */
export function layOutParts(segments: readonly Segment[], form: Form, foldState: string): readonly LaidOut[] {
  const { isLines, isWindows, shown, folded, rest } = textParts(segments, form === "diff");
  const draw = (rows: readonly Row[]) =>
    layOut("div", isLines ? "part lines" : "part", ...rows.map((row) => layOutRow(row, isLines)));
  const parts = shown.map(draw);
  if (isWindows) parts.unshift(layOut("span", "tag", "lines end with CR LF"));
  if (folded.length === 0) return parts;
  const state = foldState === "" ? [] : [", ", layOut("span", "fold-state", foldState)];
  const summary = layOut("summary", "", rest, ...state);
  return [...parts, layOut("details", "fold", summary, ...folded.map(draw))];
}

/** The stylesheet draws the number, so that copying gives the text only. */
function layOutRow({ segments, main, number, tone }: Row, isLines: boolean): LaidOut {
  const text = layOutSegments(segments, main);
  if (!isLines) return text;
  const row = layOut("div", `line ${tone}`.trimEnd(), text);
  return number === undefined ? row : withAttributes(row, { "data-number": String(number) });
}
