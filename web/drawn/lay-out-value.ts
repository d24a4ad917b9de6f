import { hostOf, timeOf } from "../../src/core/display/forms.ts";
import type { Line } from "../../src/core/display/show.ts";
import { exactText, textOf } from "../../src/core/display/text/segments.ts";
import { isLongText } from "../../src/core/display/text/text-parts.ts";
import { layOut, type LaidOut } from "./laid-out.ts";
import { layOutParts } from "./lay-out-long-text.ts";
import { layOutSegments } from "./lay-out-text.ts";

// One value in its form. A form adds elements around the text, and never changes it.

/** What differs from place to place. */
export interface Surroundings {
  /** A time in words, in the time zone of the reader. */
  readonly timeText: (milliseconds: number) => string;
  /** Beside the size of a fold, where it is noted whether it was read; otherwise empty. */
  readonly foldState: string;
}

export function layOutValue(line: Line, around: Surroundings): readonly LaidOut[] {
  const { formatted } = line;
  const exact = layOutExactValue(line, around);
  if (formatted === undefined) return exact;
  return [layOut("div", "pair", layOut("div", "formatted", layOutSegments(formatted)), ...exact)];
}

function layOutExactValue(line: Line, around: Surroundings): readonly LaidOut[] {
  const { kind, form, value } = line;
  switch (kind) {
    case "object":
    case "list":
      return [layOut("div", "count", textOf(value))];
    case "empty object":
    case "empty list":
    case "empty text":
      return [layOut("span", "tag empty", kind)];
    case "text":
      if (isLongText(value))
        return [layOut("div", `value long ${form}`, ...layOutParts(value, form, around.foldState))];
      return [layOut("div", `value ${form}`, ...layOutShortText(line, around))];
    case "number":
      return [layOut("div", "value number", layOutNumber(textOf(value)))];
    default:
      return [layOut("div", `value ${kind === "nothing" ? "nothing" : "boolean"}`, textOf(value))];
  }
}

function layOutShortText({ form, value }: Line, { timeText }: Surroundings): readonly LaidOut[] {
  const text = exactText(value);
  const time = form === "time" ? timeOf(text) : undefined;
  if (time !== undefined) return [layOutSegments(value), layOut("time", "local", timeText(time))];
  const isPlain = value.length === 1 && value[0]?.text === text && value[0].odd === undefined;
  const host = form === "url" && isPlain ? hostOf(text) : undefined;
  if (host === undefined) return [layOutSegments(value)];
  const before = layOut("span", "", text.slice(0, host.start));
  const after = layOut("span", "", text.slice(host.end));
  return [layOut("bdi", "", before, layOut("b", "host", text.slice(host.start, host.end)), after)];
}

/** Fewer digits are read at once. */
const GROUPED_MIN_DIGITS = 5;
const DIGITS_IN_GROUP = 3;

/** The groups are elements without text between them, so that copying gives the number as it is. */
export function layOutNumber(text: string): LaidOut {
  const [, start = "", whole = "", rest = ""] = /^(-?)(\d+)(.*)$/.exec(text) ?? [];
  if (whole.length < GROUPED_MIN_DIGITS) return layOut("bdi", "", text);
  const first = whole.length % DIGITS_IN_GROUP || DIGITS_IN_GROUP;
  const groups = [layOut("span", "", whole.slice(0, first))];
  for (let at = first; at < whole.length; at += DIGITS_IN_GROUP)
    groups.push(layOut("span", "group", whole.slice(at, at + DIGITS_IN_GROUP)));
  return layOut("bdi", "", start, ...groups, rest);
}
