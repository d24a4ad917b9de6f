import { textWarnings, type Line } from "../../src/core/display/show.ts";
import { make } from "./dom.ts";
import { drawSegments } from "./text.ts";

// Draws the payload's fields: every value with its label, its exact name and its kind. The fields of an
// object or a list are a nested list, so that a screen reader announces the nesting too.

export function drawFields(lines: readonly Line[]): HTMLElement {
  const outermost = fieldList();
  const open = [outermost];
  for (const line of lines) {
    const item = drawLine(line);
    open.length = line.depth + 1;
    open[line.depth]?.append(item);
    if (line.kind === "object" || line.kind === "list") {
      const inner = fieldList();
      item.append(inner);
      open.push(inner);
    }
  }
  return outermost;
}

function fieldList(): HTMLElement {
  const list = make("ul", "fields");
  // Some screen readers no longer announce a list whose bullets are hidden by CSS.
  list.role = "list";
  return list;
}

const NOT_SPELLED = new Set<Line["kind"]>(["object", "list", "empty object", "empty list", "empty text"]);

function drawLine({ label, key, item, kind, value, warnings }: Line): HTMLElement {
  const exact = make("code", "", item ? "[" : "", drawSegments(key), item ? "]" : "");
  if (key.length === 0) exact.textContent = '""';
  const kindOf = make("i", "", kind);
  const heading = make("div", "name", make("b", "", make("bdi", "", label)), " ", exact, " ", kindOf);
  const drawn = make("li", "", heading);
  if (!NOT_SPELLED.has(kind)) {
    drawn.append(make("div", `value part ${kind.replaceAll(" ", "-")}`, drawSegments(value)));
  } else if (value.length > 0) kindOf.append(", ", drawSegments(value));
  drawn.append(...warnings.map(({ detail }) => drawNote(detail)));
  return drawn;
}

function drawNote(detail: string): HTMLElement {
  return make("p", "note", make("b", "", "Careful: "), detail);
}

/** Warnings about a text outside the payload, such as the action. */
export function drawWarnings(text: string): readonly HTMLElement[] {
  return textWarnings(text).map(({ detail }) => drawNote(detail));
}
