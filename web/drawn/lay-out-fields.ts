import type { SentencePiece } from "../../src/core/display/apply-template.ts";
import { isUnlikeText } from "../../src/core/display/forms.ts";
import { labelTellsName } from "../../src/core/display/member-labels.ts";
import type { Line } from "../../src/core/display/show.ts";
import type { TextWarning } from "../../src/core/display/text/scripts.ts";
import { exactText, textOf } from "../../src/core/display/text/segments.ts";
import { isLongText } from "../../src/core/display/text/text-parts.ts";
import { layOut, withAttributes, type LaidOut } from "./laid-out.ts";
import { layOutParts } from "./lay-out-long-text.ts";
import { layOutSegments } from "./lay-out-text.ts";
import { layOutValue, type Surroundings } from "./lay-out-value.ts";

// The payload's fields, each with its label and its value. The exact name or the kind is beside them where they could be
// mistaken without, so that no two payloads are drawn the same. The fields of an object or a list are a nested list, so
// that a screen reader announces the nesting too.

/** From here on, the browser draws only the fields that are near the screen. */
const MANY_LINES = 200;

/** One list item for each line, in their order. */
export function layOutMembers(lines: readonly Line[], around: Surroundings): LaidOut {
  const [members] = membersFrom(lines, 0, 0, around);
  return members;
}

export function fieldsClass(lines: readonly Line[]): string {
  return lines.length < MANY_LINES ? "fields" : "fields many";
}

/** The list of the lines from this place on that are at least so deep, and the place after it. */
function membersFrom(
  lines: readonly Line[],
  start: number,
  depth: number,
  around: Surroundings,
): readonly [list: LaidOut, next: number] {
  const rows: LaidOut[] = [];
  let at = start;
  for (let line = lines[at]; line !== undefined && line.depth >= depth; line = lines[at]) {
    at++;
    if (line.kind !== "object" && line.kind !== "list") rows.push(layOutRow(line, around, []));
    else {
      const [inner, next] = membersFrom(lines, at, depth + 1, around);
      rows.push(layOutRow(line, around, [inner]));
      at = next;
    }
  }
  // Some screen readers no longer announce a list whose bullets are hidden by CSS.
  return [withAttributes(layOut("ul", "members", ...rows), { role: "list" }), at];
}

function layOutRow(line: Line, around: Surroundings, inner: readonly LaidOut[]): LaidOut {
  const emphasis = line.prominent === true ? "prominent" : "";
  // Only a leaf may wait until it is near the screen: the height of a row with rows in it can't be estimated, and the
  // page would seem to fit the screen.
  const className = inner.length === 0 ? `leaf ${emphasis}`.trimEnd() : emphasis;
  return layOut("li", className, ...layOutField(line, around), ...layOutNotes(line.warnings), ...inner);
}

function layOutField(line: Line, around: Surroundings): readonly LaidOut[] {
  const side = line.side === undefined ? "" : ` ${line.side}`;
  const value = layOutValue(line, around);
  if (isLongText(line.key) || isLongText([{ text: line.label }])) {
    const name = layOut("div", "name", ...layOutParts(line.key, "identifier", around.foldState));
    return [layOut("div", "field", name), layOut("div", `field part${side}`, ...layOutTags(line), ...value)];
  }
  const isLong = line.kind === "text" && isLongText(line.value);
  const name = layOut("div", line.item ? "name item" : "name", ...layOutName(line));
  // The parts of a long text are inside the value.
  return [layOut("div", `field${isLong ? "" : " part"}${side}`, name, ...layOutTags(line), ...value)];
}

function layOutName({ label, key, item }: Line): readonly LaidOut[] {
  // It spells hidden characters already, a template's label too.
  const read = layOut("bdi", "", label);
  if (labelTellsName({ label, key, item })) return [read];
  if (key.length === 0) return [read, layOut("code", "key", '""')];
  const exact = layOut("code", "key", item ? "[" : "", layOutSegments(key), item ? "]" : "");
  return label === textOf(key) ? [exact] : [read, exact];
}

function layOutTags({ kind, value }: Line): readonly LaidOut[] {
  return kind === "text" && isUnlikeText(exactText(value)) ? [layOut("span", "tag", "text")] : [];
}

export function layOutNotes(warnings: readonly TextWarning[]): readonly LaidOut[] {
  return warnings.map(({ detail }) => layOut("p", "note", layOut("b", "", "Careful: "), detail));
}

/** What is asked, in the words of a template. A value has a ground of its own: it can't imitate the words around it. */
export function layOutSentence(sentence: readonly SentencePiece[]): readonly LaidOut[] {
  return sentence.map(({ kind, segments }) => layOut("span", `slot-${kind}`, layOutSegments(segments)));
}
