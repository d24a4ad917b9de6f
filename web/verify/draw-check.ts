import { icon, type IconName } from "../common/icons.ts";
import { make } from "../common/dom.ts";
import { drawExact } from "../values/text.ts";
import type { CheckLine } from "./check-texts.ts";
import type { Value } from "./check-values.ts";
import type { Field, Need } from "./needs.ts";

// Draws a check: its result, and, folded, what that proves and what not, and the values behind it. What failed is open;
// what the reader can add is asked for below.

const SIGN = { passed: "check", failed: "cross", absent: "clock" } as const satisfies Record<
  string,
  IconName
>;
const SPOKEN = { passed: "Passed", failed: "Failed", absent: "Not checked" } as const;

interface CheckParts {
  readonly values: readonly Value[];
  readonly need: Need | undefined;
  readonly open: (field: Field) => void;
}

export function drawCheck(line: CheckLine, { values, need, open }: CheckParts): HTMLElement {
  const { name, status, detail, text } = line;
  const spoken = need === undefined && status === "absent" ? "Not possible" : SPOKEN[status];
  const result = make("i", "", need === undefined ? spoken : "Needs more");
  const heading = make(
    "h2",
    "",
    make("span", "tick", icon(SIGN[status])),
    make("span", "", text.title),
    result,
  );
  const more = make("details", "check-more", make("summary", "", heading));
  const proves = status === "passed" ? "Proves" : "Would prove";
  more.append(
    ...(need === undefined ? [make("p", "detail", drawExact(detail))] : []),
    make("dl", "means", meaning(proves, text.proves), meaning("Does not prove", text.notProves)),
  );
  if (values.length > 0) more.append(drawValues("Values", values));
  more.open = status === "failed";
  const drawn = make("li", `check ${status}`, more);
  if (need !== undefined) {
    drawn.classList.add("wanting");
    drawn.append(drawNeed(need, open));
  }
  drawn.dataset["check"] = name;
  return drawn;
}

function drawNeed(need: Need, open: CheckParts["open"]): HTMLElement {
  if ("option" in need) return make("p", "need", need.words, make("code", "", need.option));
  const button = make("button", "plain-button", need.words);
  button.type = "button";
  button.addEventListener("click", () => open(need.field));
  return make("p", "need", button);
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
        make("dd", "exact", value === "" ? "none" : drawExact(value)),
      ),
    );
  }
  return make("details", "values", make("summary", "", summary), list);
}
