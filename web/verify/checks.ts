import { make } from "../common/dom.ts";
import { exactly } from "../common/text.ts";
import type { CheckLine, Said } from "./judge.ts";
import type { Value } from "./values.ts";

// One line for each check: what came of it, what that proves and what it does not, and the values behind it.

const SIGN = { passed: "✓", failed: "✗", absent: "–" } as const;
const SPOKEN = { passed: "Passed", failed: "Failed", absent: "Not checked" } as const;

export function drawCheck({ status, detail, words }: CheckLine, values: readonly Value[]): HTMLElement {
  const sign = make("span", "sign", SIGN[status]);
  sign.ariaHidden = "true";
  const drawn = make(
    "li",
    `check ${status}`,
    make("h3", "", sign, make("span", "", words.title), make("i", "", SPOKEN[status])),
    make("p", "detail", exactly(detail)),
    make(
      "dl",
      "means",
      meaning(status === "passed" ? "Proves" : "Would prove", words.proves),
      meaning("Does not prove", words.notProves),
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
        make("dt", "", exactly(name)),
        make("dd", "value", value === "" ? "none" : exactly(value)),
      ),
    );
  }
  return make("details", "values", make("summary", "", summary), list);
}

export function drawSaid(said: Said): readonly (HTMLElement | string)[] {
  return said.map((part) => (typeof part === "string" ? part : exactly(part.exact)));
}

/** How many of each, in one sentence. */
export function tallyOf(lines: readonly CheckLine[]): string {
  const count = (status: CheckLine["status"]) => lines.filter((line) => line.status === status).length;
  return [
    `${count("passed")} passed`,
    `${count("failed")} failed`,
    `${count("absent")} not checked, for want of what they need.`,
  ].join(", ");
}
