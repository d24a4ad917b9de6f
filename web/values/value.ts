import { hostOf, timeOf } from "../../src/core/display/forms.ts";
import type { Line } from "../../src/core/display/show.ts";
import { exactText, textOf } from "../../src/core/display/text/segments.ts";
import { isLongText } from "../../src/core/display/text/text-parts.ts";
import { make } from "../common/dom.ts";
import { drawParts } from "./long-text.ts";
import { drawNumber } from "./short-values.ts";
import { drawSegments } from "./text.ts";

// Draws one value in its form. A form adds elements around the text, and never changes it.

export function drawValue(line: Line): readonly HTMLElement[] {
  const { formatted } = line;
  if (formatted === undefined) return drawExactValue(line);
  return [make("div", "pair", make("div", "formatted", drawSegments(formatted)), ...drawExactValue(line))];
}

function drawExactValue(line: Line): readonly HTMLElement[] {
  const { kind, form, value } = line;
  switch (kind) {
    case "object":
    case "list":
      return [make("div", "count", textOf(value))];
    case "empty object":
    case "empty list":
    case "empty text":
      return [make("span", "tag empty", kind)];
    case "text":
      if (isLongText(value)) return [make("div", `value long ${form}`, ...drawParts(value, form))];
      return [make("div", `value ${form}`, ...drawShortText(line))];
    case "number":
      return [make("div", "value number", drawNumber(textOf(value)))];
    default:
      return [make("div", `value ${kind === "nothing" ? "nothing" : "boolean"}`, textOf(value))];
  }
}

function drawShortText({ form, value }: Line): readonly HTMLElement[] {
  const text = exactText(value);
  const time = form === "time" ? timeOf(text) : undefined;
  if (time !== undefined) return [drawSegments(value), drawLocalTime(time)];
  const isPlain = value.length === 1 && value[0]?.text === text && value[0].odd === undefined;
  const host = form === "url" && isPlain ? hostOf(text) : undefined;
  if (host === undefined) return [drawSegments(value)];
  const before = make("span", "", text.slice(0, host.start));
  const after = make("span", "", text.slice(host.end));
  return [make("bdi", "", before, make("b", "host", text.slice(host.start, host.end)), after)];
}

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

/** In the reader's own time zone, which it names. */
function drawLocalTime(milliseconds: number): HTMLElement {
  localTime ??= new Intl.DateTimeFormat(undefined, LOCAL_TIME);
  return make("time", "local", localTime.format(milliseconds));
}
