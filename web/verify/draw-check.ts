import { make } from "../common/dom.ts";
import { drawExact } from "../common/text.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import type { CheckLine } from "./verdict.ts";
import type { Value } from "./check-values.ts";

// Draws a check: its result, what that proves and what not, and the values behind it.

const SIGN = { passed: "✓", failed: "✗", absent: "–" } as const;
const SPOKEN = { passed: "Passed", failed: "Failed", absent: "Not checked" } as const;

export function drawCheck({ status, detail, text }: CheckLine, values: readonly Value[]): HTMLElement {
  const sign = make("span", "sign", SIGN[status]);
  sign.ariaHidden = "true";
  const drawn = make(
    "li",
    `check ${status}`,
    make("h3", "", sign, make("span", "", text.title), make("i", "", SPOKEN[status])),
    make("p", "detail", drawExact(detail)),
    make(
      "dl",
      "means",
      meaning(status === "passed" ? "Proves" : "Would prove", text.proves),
      meaning("Does not prove", text.notProves),
    ),
  );
  if (values.length > 0) drawn.append(drawValues("Values", values));
  return drawn;
}

function meaning(term: string, sentence: string): HTMLElement {
  return make("div", "", make("dt", "", term), make("dd", "", sentence));
}

export function drawValues(summary: string, values: readonly Value[]): HTMLElement {
  const list = make("dl", "");
  for (const [name, value] of values) {
    list.append(
      make(
        "div",
        "",
        make("dt", "", drawExact(name)),
        make("dd", "value", value === "" ? "none" : drawExact(value)),
      ),
    );
  }
  return make("details", "values", make("summary", "", summary), list);
}

export function drawRichText(richText: RichText): readonly (HTMLElement | string)[] {
  return richText.map((part) => (typeof part === "string" ? part : drawExact(part.exact)));
}

/** The number of each result, in one sentence. */
export function countsText(lines: readonly CheckLine[]): string {
  const count = (status: CheckLine["status"]) => lines.filter((line) => line.status === status).length;
  return [`${count("passed")} passed`, `${count("failed")} failed`, `${count("absent")} not checked.`].join(
    ", ",
  );
}
