import { isUnlikeText } from "../../src/core/display/forms.ts";
import { labelTellsName } from "../../src/core/display/member-labels.ts";
import { textWarnings, type Line } from "../../src/core/display/show.ts";
import type { TextWarning } from "../../src/core/display/text/scripts.ts";
import { exactText, textOf } from "../../src/core/display/text/segments.ts";
import { isLongText } from "../../src/core/display/text/text-parts.ts";
import { make } from "../common/dom.ts";
import { drawParts } from "./long-text.ts";
import { drawExact, drawSegments } from "./text.ts";
import { drawValue } from "./value.ts";

// Draws the payload's fields, each with its label and its value. The exact name or the kind is beside them where they
// could be mistaken without, so that no two payloads are drawn the same. The fields of an object or a list are a nested
// list, so that a screen reader announces the nesting too.

/** From here on, the browser draws only the fields that are near the screen. */
const MANY_LINES = 200;

export function drawFields(lines: readonly Line[]): HTMLElement {
  const outermost = memberList();
  const open = [outermost];
  const rows = lines.map((line) => ({ line, row: drawRow(line) }));
  for (const { line, row } of rows) {
    open.length = line.depth + 1;
    open[line.depth]?.append(row);
    if (line.kind === "object" || line.kind === "list") {
      const inner = memberList();
      row.append(inner);
      open.push(inner);
    }
  }
  const fields = make("div", lines.length < MANY_LINES ? "fields" : "fields many");
  fields.append(exactButton(fields, rows), outermost);
  return fields;
}

/** The same, or a sentence if there are no fields. */
export function drawContent(lines: readonly Line[]): HTMLElement {
  if (lines.length > 0) return drawFields(lines);
  return make("p", "card quiet part", "The content is empty: an object without fields.");
}

function memberList(): HTMLElement {
  const list = make("ul", "members");
  // Some screen readers no longer announce a list whose bullets are hidden by CSS.
  list.role = "list";
  return list;
}

function drawRow(line: Line): HTMLElement {
  const emphasis = line.prominent === true ? "prominent" : "";
  // Only a leaf may wait until it is near the screen: the height of a row with rows in it can't be estimated, and the
  // page would seem to fit the screen.
  const isLeaf = line.kind !== "object" && line.kind !== "list";
  const row = make("li", isLeaf ? `leaf ${emphasis}`.trimEnd() : emphasis, ...drawField(line));
  row.append(...drawNotes(line.warnings));
  return row;
}

function drawField(line: Line): readonly HTMLElement[] {
  const side = line.side === undefined ? "" : ` ${line.side}`;
  if (isLongText(line.key) || isLongText([{ text: line.label }])) {
    const name = make("div", "name", ...drawParts(line.key, "identifier"));
    return [
      make("div", "field", name),
      make("div", `field part${side}`, ...drawTags(line), ...drawValue(line)),
    ];
  }
  const isLong = line.kind === "text" && isLongText(line.value);
  const name = make("div", line.item ? "name item" : "name", ...drawName(line));
  const drawn = drawValue(line);
  // The parts of a long text are inside the value.
  return [make("div", `field${isLong ? "" : " part"}${side}`, name, ...drawTags(line), ...drawn)];
}

function drawName({ label, key, item }: Line): readonly HTMLElement[] {
  // It spells hidden characters already, a template's label too.
  const read = make("bdi", "", label);
  if (labelTellsName({ label, key, item })) return [read];
  const exact = make("code", "key", item ? "[" : "", drawSegments(key), item ? "]" : "");
  if (key.length === 0) exact.textContent = '""';
  return key.length > 0 && label === textOf(key) ? [exact] : [read, exact];
}

function drawTags({ kind, value }: Line): readonly HTMLElement[] {
  return kind === "text" && isUnlikeText(exactText(value)) ? [make("span", "tag", "text")] : [];
}

function exactButton(fields: HTMLElement, rows: readonly { line: Line; row: HTMLElement }[]): HTMLElement {
  const button = make("button", "exact-json", "Exact JSON");
  button.type = "button";
  button.ariaPressed = "false";
  let isDrawn = false;
  button.addEventListener("click", () => {
    if (!isDrawn) for (const { line, row } of rows) row.querySelector(".field")?.after(drawJson(line));
    isDrawn = true;
    button.ariaPressed = String(fields.classList.toggle("with-json"));
  });
  return button;
}

/** The exact name and value. The members of an object or a list follow in rows of their own. */
function drawJson({ key, item, kind, value }: Line): HTMLElement {
  const name = item ? `[${exactText(key)}]` : JSON.stringify(exactText(key));
  return make("code", "json", drawExact(name), ": ", drawExact(jsonOf(kind, exactText(value))));
}

function jsonOf(kind: Line["kind"], value: string): string {
  switch (kind) {
    case "object":
      return "{…}";
    case "list":
      return "[…]";
    case "empty object":
      return "{}";
    case "empty list":
      return "[]";
    case "text":
    case "empty text":
      return JSON.stringify(value);
    default:
      return value;
  }
}

function drawNote(detail: string): HTMLElement {
  return make("p", "note", make("b", "", "Careful: "), detail);
}

/** Warnings about a text outside the payload, such as the action. */
export function drawWarnings(text: string): readonly HTMLElement[] {
  return drawNotes(textWarnings(text));
}

export function drawNotes(warnings: readonly TextWarning[]): readonly HTMLElement[] {
  return warnings.map(({ detail }) => drawNote(detail));
}
