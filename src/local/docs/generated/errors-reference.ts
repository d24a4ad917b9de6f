import { problemDefinition, type ProblemCode } from "../../../http/problem.ts";
import { problemExample } from "../../../http/site/problems/problem-example.ts";
import { PROBLEM_GROUPS, PROBLEM_TEXTS } from "../../../http/site/problems/problem-texts.ts";
import { specificCodesOf } from "../../../http/site/problems/specific-codes.ts";
import { code, fence, joined, shownJson, table } from "./markdown.ts";

// Every problem in one document. Each has a page of its own as well, at the address in the `type` of an answer.

const INTRODUCTION = joined([
  "# Errors",
  "Each code with which a call can be refused: what it means, and what to do. For people who write programs that call the API or the tools.",
  "A refusal is a problem document of [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) with the media type `application/problem+json`. Programs read `code`, which does not change; people read `detail`, which says what to do. `type` is the address of a page that explains the code. `errors` says what exactly is wrong, if there is more to say.",
  fence("json", shownJson(problemExample("validation_failed"))),
  "Only an answer with `approved` is a yes. Every problem, a timeout and a broken connection mean: do not act.",
  "Over MCP the same codes are in the answers of the [tools](mcp-reference.md).",
]);

export function errorsReference(): string {
  const groups = PROBLEM_GROUPS.map(({ name, codes }) =>
    joined([`## ${name}`, ...codes.map((each) => problemSection(each))]),
  );
  return `${joined([INTRODUCTION, ...groups, specificCodes()])}\n`;
}

function problemSection(problem: ProblemCode): string {
  const { status, title } = problemDefinition(problem);
  const { meaning, whatToDo } = PROBLEM_TEXTS[problem];
  return joined([
    `### ${problem}`,
    `${status} · [${title}](/problems/${problem})`,
    `${meaning} **What to do:** ${whatToDo}`,
  ]);
}

function specificCodes(): string {
  const tables = (
    ["validation_failed", "payload_not_canonical", "signature_verification_failed"] as const
  ).map((problem) =>
    joined([
      `### In ${code(problem)}`,
      table(
        ["Code", "What it means"],
        specificCodesOf(problem).map(({ code: specific, text }) => [code(specific), text]),
      ),
    ]),
  );
  return joined([
    "## Codes in `errors`",
    "A member of `errors` has a `path`, a `code` that is more exact than the problem's, and a `detail`.",
    ...tables,
  ]);
}
