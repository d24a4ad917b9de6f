import { make } from "../common/dom.ts";
import { drawWarnings } from "../values/fields.ts";
import { drawExact } from "../values/text.ts";
import type { ComparedRule, Comparison, Rule } from "./document-words.ts";

// A new version beside the one that it replaces. Every piece is a part that must be on the screen before it is signed.

export function drawComparison(comparison: Comparison): readonly HTMLElement[] {
  switch (comparison.kind) {
    case "sentences":
      return [
        ...drawVersion("Until now", comparison.before, "quiet"),
        ...drawVersion("From now on", comparison.after, ""),
      ];
    case "members":
      return [
        ...drawPeople("Added", comparison.added, "good"),
        ...drawPeople("Removed", comparison.removed, "bad"),
        ...drawPeople("Stays", comparison.kept, ""),
      ];
    case "rules":
      return drawRules(comparison);
  }
}

function drawVersion(title: string, sentence: string | null, tone: string): readonly HTMLElement[] {
  if (sentence === null) return [];
  return [make("div", `card part version ${tone}`, make("h2", "", title), make("p", "", `${sentence}.`))];
}

function drawPeople(title: string, names: readonly string[], tone: string): readonly HTMLElement[] {
  if (names.length === 0) return [];
  const people = names.flatMap((name, place) => [place > 0 ? ", " : "", drawExact(name)]);
  return [make("p", "part people", make("b", tone, title), ": ", ...people)];
}

function drawRules({
  rules,
  removed,
  otherwise: { before, after },
}: Extract<Comparison, { readonly kind: "rules" }>): readonly HTMLElement[] {
  const list = make("ol", "rules", ...rules.map(drawRule));
  const gone = removed.map((rule) =>
    make("div", "part rule", make("p", "", make("b", "bad", "Removed"), " ", ...drawText(rule))),
  );
  const was = before === null || before === after ? [] : [make("span", "quiet", ` Until now: ${before}.`)];
  const rest = rules.length > 0 ? "Every other request" : "Every request";
  return [list, ...gone, make("p", "part", make("b", "", rest), `: ${after}.`, ...was)];
}

const MARKS: Readonly<Record<ComparedRule["mark"], readonly [tone: string, word: string]>> = {
  new: ["good", "New"],
  changed: ["odd", "Changed"],
  moved: ["odd", "Moved"],
  same: ["quiet", "As before"],
};

function drawRule(rule: ComparedRule): HTMLElement {
  const { mark, before, from } = rule;
  const [tone, word] = MARKS[mark];
  const moved = mark === "moved" ? ` from place ${from}` : "";
  const was =
    mark !== "changed" || before === null
      ? []
      : [make("p", "quiet", "Until now: ", ...drawText({ ...before, name: "" }))];
  return make(
    "li",
    "part rule",
    make("p", "", make("b", tone, `${word}${moved}`), " ", ...drawText(rule)),
    ...was,
    ...drawWarnings(rule.name),
    ...drawWarnings(rule.when),
  );
}

function drawText({ name, when, policies }: Rule): readonly (Node | string)[] {
  const title = name === "" ? [] : [drawExact(name), ": "];
  return [...title, "if ", make("code", "", drawExact(when)), ` then ${policies}`];
}
