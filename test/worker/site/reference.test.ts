import { describe, expect, it } from "vitest";
import { anchorOf } from "../../../src/core/docs/anchors.ts";
import { TOOLS } from "../../../src/http/mcp/tool-definitions.ts";
import { PROBLEM_CODES } from "../../../src/http/problem.ts";
import { BODY_PROBLEMS } from "../../../src/http/rest/operation.ts";
import { OPERATIONS } from "../../../src/http/rest/operations.ts";
import { generatedDocuments } from "../../../src/local/docs/generated/generated-documents.ts";

// The references that the build makes of the code.

const documents = generatedDocuments();
const textOf = (name: string): string => documents.get(name) ?? expect.fail(name);

/** The text below this heading, up to the next heading of its level. */
function sectionOf(name: string, heading: string): string {
  const level = heading.indexOf(" ");
  const [, after = expect.fail(heading)] = textOf(name).split(`\n${heading}\n`);
  return after.split(new RegExp(`\n#{1,${level}} `))[0] ?? "";
}

const linkOf = (code: string): string => `[\`${code}\`](/problems/${code})`;

describe("the REST reference", () => {
  it.each(OPERATIONS)("explains $id with examples, its answer and its problems", (operation) => {
    const { summary, method, path, problems, request } = operation;
    const section = sectionOf("rest-reference", `### ${summary}`);
    expect(section).toContain(`\`${method.toUpperCase()} ${path}\``);
    expect(section).toContain("```bash\ncurl ");
    expect(section).toContain("```ts\nconst answer = await fetch(");
    expect(section).toMatch(/^\*\*Answer\*\* 20[012]/m);
    const common = request === undefined ? [] : BODY_PROBLEMS;
    const own = problems.filter((code) => !common.includes(code));
    expect(own.filter((code) => !section.includes(linkOf(code)))).toEqual([]);
  });

  it("has a heading of its own for each call", () => {
    const anchors = OPERATIONS.map(({ summary }) => anchorOf(summary));
    expect(new Set(anchors).size).toBe(OPERATIONS.length);
  });

  it("has no cell without words", () => {
    for (const [name, text] of documents) expect([name, text.match(/\| +\|/g)]).toEqual([name, null]);
  });
});

describe("the MCP reference", () => {
  it.each(TOOLS)("explains $description.name as the agent reads it", ({ scope, description }) => {
    const section = sectionOf("mcp-reference", `## ${description.name}`);
    expect(section).toContain(`> ${description.description}`);
    expect(section).toContain(`scope \`${scope}\``);
    const answers = [...section.matchAll(/```json\n(\{\n {2}"approved": [^]*?)\n```/g)].map(([, json]) =>
      JSON.parse(json ?? ""),
    );
    expect(answers.length).toBeGreaterThan(0);
  });
});

describe("the document of errors", () => {
  it("has every problem", () => {
    expect(
      PROBLEM_CODES.filter((code) => !sectionOf("errors", `### ${code}`).includes(`](/problems/${code})`)),
    ).toEqual([]);
  });
});

it("is the same in each build", () => expect([...generatedDocuments()]).toEqual([...documents]));
