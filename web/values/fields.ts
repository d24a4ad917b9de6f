import { textWarnings, type Line } from "../../src/core/display/show.ts";
import type { TextWarning } from "../../src/core/display/text/scripts.ts";
import { exactText } from "../../src/core/display/text/segments.ts";
import { draw, make } from "../common/dom.ts";
import { fieldsClass, layOutMembers, layOutNotes } from "../drawn/lay-out-fields.ts";
import type { Surroundings } from "../drawn/lay-out-value.ts";
import { drawExact } from "./text.ts";

// Draws the payload's fields, with a button that adds the exact name and value of each.

const LOCAL_TIME: Intl.DateTimeFormatOptions = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
};
let localTime: Intl.DateTimeFormat | undefined;

const ON_A_PAGE: Surroundings = {
  /** In the reader's own time zone, which it names. */
  timeText(milliseconds) {
    localTime ??= new Intl.DateTimeFormat(undefined, LOCAL_TIME);
    return localTime.format(milliseconds);
  },
  foldState: "not yet seen",
};

export function drawFields(lines: readonly Line[]): HTMLElement {
  const members = draw(layOutMembers(lines, ON_A_PAGE));
  const fields = make("div", fieldsClass(lines));
  fields.append(exactButton(fields, members, lines), members);
  return fields;
}

/** The same, or a sentence if there are no fields. */
export function drawContent(lines: readonly Line[]): HTMLElement {
  if (lines.length > 0) return drawFields(lines);
  return make("p", "card quiet part", "The content is empty: an object without fields.");
}

function exactButton(fields: HTMLElement, members: HTMLElement, lines: readonly Line[]): HTMLElement {
  const button = make("button", "exact-json", "Exact JSON");
  button.type = "button";
  button.ariaPressed = "false";
  let isDrawn = false;
  button.addEventListener("click", () => {
    if (!isDrawn) {
      const rows = members.querySelectorAll("li");
      lines.forEach((line, place) => rows[place]?.querySelector(".field")?.after(drawJson(line)));
    }
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

/** Warnings about a text outside the payload, such as the action. */
export function drawWarnings(text: string): readonly HTMLElement[] {
  return drawNotes(textWarnings(text));
}

export function drawNotes(warnings: readonly TextWarning[]): readonly HTMLElement[] {
  return layOutNotes(warnings).map(draw);
}
