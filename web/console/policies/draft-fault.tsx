import type { SentForm } from "../../../src/core/pages/console.ts";
import type { DraftProblem } from "../../../src/core/pages/policies/policies-page-data.ts";

// What is wrong with a draft, beside its field and in one sentence. The fields of these forms are named by the JSON
// Pointers of what they edit.

/** Lists whose items have no field of their own. */
const LISTS = /\/(from|policies|breakGlass|members|otherwise)\/\d+(?:\/.*)?$/;

const WORDS: Readonly<Record<string, string>> = {
  stages: "stage",
  needs: "part",
  escalations: "step",
  rules: "rule",
  name: "name",
  count: "number of people",
  from: "people",
  afterSeconds: "time",
  when: "condition",
  policies: "policies",
  members: "people",
  minimum: "fewest people",
  expiresInSeconds: "how long it is open",
  executeWithinSeconds: "how long an approval can be used",
  breakGlass: "people for an emergency",
  otherwise: "every other request",
  action: "action",
  payload: "content",
  username: "person that it names",
  policy: "policy that it names",
};

/** Where it is in words, such as "Stage 1, part 2, people". */
function placeText(at: string): string {
  const steps = at.replace(LISTS, "/$1").split("/").slice(1);
  const words = steps.flatMap((step, index) => {
    if (/^\d+$/.test(step)) return [];
    const next = steps[index + 1] ?? "";
    const word = WORDS[step] ?? step;
    return [/^\d+$/.test(next) ? `${word} ${Number(next) + 1}` : word];
  });
  const text = words.join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function problemText({ at, detail }: DraftProblem): string {
  const place = placeText(at);
  return place === "" ? detail : `${place}: ${detail}`;
}

/** For the fields of a form: what is wrong with which. What was typed is in the draft. */
export function faultsOf(problem: DraftProblem | null, title = ""): SentForm | null {
  if (problem === null) return null;
  const { at, detail } = problem;
  const fields = at === "" ? {} : { [at.replace(LISTS, "/$1")]: detail };
  return { values: {}, problem: { title, at, detail: problemText(problem), fields } };
}

/** What was wrong with a form that could not be accepted, or what is wrong with the draft so far. */
export function problemOf(sent: SentForm | null, draft: DraftProblem | null): SentForm | null {
  return sent === null ? faultsOf(draft) : faultsOf(sent.problem, sent.problem.title);
}
