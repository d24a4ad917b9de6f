import { describe, expect, it } from "vitest";
import { blocksOf } from "./reading/document-blocks.ts";
import { blocksOfHtml } from "./reading/document-pages.ts";
import { settingOf } from "./page-setting.ts";
import { typeFaults } from "./page-types.ts";
import { ReferenceIds } from "./reference-calls.ts";
import { faultOfPage, VARIABLES } from "./run-page.ts";
import { faultsOfTools } from "./tool-examples.ts";

// A wrong example would be found. Each page has one fault.

const FENCE = "```";
const page = (...blocks: readonly (readonly [info: string, ...lines: string[]])[]): string =>
  blocks.map(([info, ...lines]) => [FENCE + info, ...lines, FENCE].join("\n")).join("\n\n");

describe("a document is refused with", () => {
  it.each([
    ["a block without a language", page(["", "x"]), "line 1: the block names no language"],
    [
      "another language",
      page(["bash", "ls"], ["zsh", "ls"]),
      'line 5: "zsh" is no language of the documents',
    ],
    ["a reason of its own", page(["bash takes-too-long", "ls"]), 'line 1: no bash block is "takes-too-long"'],
    ["a reason of another language", page(["ts deploys", "x()"]), 'line 1: no ts block is "deploys"'],
    ["a body of no call", page(["json body", "{}"]), 'line 1: "json body" names no call'],
    ["more words", page(["bash deploys it", "ls"]), 'line 1: "bash deploys it" has too many words'],
    ["a block without an end", `${FENCE}bash\nls`, "line 1: the block has no end"],
  ])("%s", (_fault, markdown, message) => expect(() => blocksOf(markdown)).toThrow(message));

  it("a snippet of another language in HTML", () =>
    expect(() => blocksOfHtml('<code data-snippet="zsh">ls</code>')).toThrow('"zsh" is no language'));
});

describe("a page", () => {
  const setting = settingOf("documents");

  it.each([
    ["a command that fails", page(["bash", "ls missing"]), "line 1, bash: a command failed"],
    ["a failure in the middle of a pipe", page(["bash", "cat missing | sort"]), "a command failed"],
    ["a failure before the last line", page(["bash", "false", "true"]), "a command failed"],
    ["a variable that nothing has set", page(["bash", "echo $NONE"]), "NONE: unbound variable"],
    ["a value that nobody has printed", page(["bash", "ID=w_…"]), "no w_… was printed"],
    ["an ellipsis in a command", page(["bash", "echo …"]), "it has an ellipsis"],
    ["a refused call", page(["bash", "curl -s $BASE/api/keys"]), '"code":"unauthorized"'],
    [
      "a call that is expected to be refused, and is not",
      page(["bash refused", "curl -s $BASE/healthz"]),
      "not refused",
    ],
    ["a refused fetch", page(["ts", "await fetch(`${BASE}/api/keys`);"]), '"code":"unauthorized"'],
    ["code that throws", page(["ts", "throw new Error('no');"]), "Error: no"],
    [
      "a program that is not there",
      page(["bash", "claude mcp get countersign"]),
      "not a command of Claude Code",
    ],
    ["a filter that jq lacks here", page(["bash", "echo '[]' | jq 'map(.a)'"]), "does not know: map(.a)"],
    ["wrong JSON", page(["json", '{"a":}']), "is not valid JSON"],
    [
      "settings of an agent with a wrong key",
      page(["json", agentSettings("cs_live_wrong")]),
      "line 1, json: ",
    ],
    ["a member that the answer lacks", answerShown('{"state":"ok"}'), "/state does not exist"],
    ["another type", answerShown('{"status":1}'), "/status is string, not number"],
    ["another text", answerShown('{"status":"fine"}'), '/status is "ok", not "fine"'],
    ["a line that was not printed", page(["bash", "echo one"], ["text output", "two"]), "not printed: two"],
    ["a body that the call refuses", page(["json body POST /api/projects", '{"nam":"x"}']), "not a body of"],
    [
      "a call that does not exist",
      page(["json body POST /api/none", "{}"]),
      "the API has no call POST /api/none",
    ],
    ["a header that does not exist", page(["http", "X-Api-Kee: a"]), "the product knows no header X-Api-Kee"],
    ["a path that does not exist", page(["http", "GET /api/none"]), "the API has no GET /api/none"],
    ["a script that does not exist", page(["bash deploys", "npm run deply"]), 'no script "deply"'],
    ["an option that does not exist", page(["bash starts-the-product", "npm start -- --prot 1"]), "--prot"],
    [
      "a test that does not exist",
      page(["bash runs-the-tests", "npx vitest run test/none.test.ts"]),
      "no file",
    ],
    ["a job without commands", page(["yaml", "deploy:", "  stage: deploy"]), "the job has no commands"],
    [
      "a job whose command fails",
      page(["yaml", "a:", "  script:", "    - false", "    - true"]),
      "a command failed",
    ],
  ])("fails with %s", async (_fault, markdown, message) => {
    expect(await faultOfPage(blocksOf(markdown), await setting)).toContain(message);
  });

  it("fails with a member that the answer of a reference's call lacks", async () => {
    const { tenant, ...others } = await setting;
    const ids = new ReferenceIds({ ...others, key: tenant.fullKey });
    const markdown = page(
      ["bash", 'curl "$BASE/api/people" -H "X-Api-Key: $KEY"'],
      ["json", '{ "data": [{ "username": "alex", "rol": "owner" }] }'],
    );
    const fault = await faultOfPage(blocksOf(markdown), { ...others, tenant, ids });
    expect(fault).toContain("/data/0/rol does not exist");
  });

  it.each([
    ["arguments that the tool refuses", "Arguments", '{ "confirmation_id": "c_1" }', "get_approval refused"],
    ["an answer that the tool never gives", "Answer", '{ "approved": "yes" }', "no answer of get_approval"],
  ])("fails with %s", async (_fault, section, json, message) => {
    const markdown = `## get_approval\n\n### ${section}\n\n${page(["json", json])}`;
    const faults = await faultsOfTools({ path: "", blocks: blocksOf(markdown) }, await setting);
    expect(faults).toEqual([expect.stringContaining(message)]);
  });

  it("fails with a wrong type", () => {
    const blocks = blocksOf(page(["ts", "const id: number = ID;"]));
    expect(typeFaults([{ path: "page.md", blocks }], VARIABLES)).toContain("page.md.ts");
  });

  it("passes with what later blocks use of earlier ones, in both languages", async () => {
    const ask = "curl -s $BASE/api/confirmations -H \"X-Api-Key: $KEY\" -H 'content-type: application/json'";
    const body = `--data '{"username":"alex","action":"Try","payload":{"a":1}}'`;
    const markdown = page(
      ["bash", "KEY=cs_live_…", "NAME=answer", `${ask} ${body} > $NAME.json`, "cat $NAME.json"],
      ["json answer", '{ "id": "c_…", "status": "pending" }'],
      ["bash rejected", "ID=c_…", 'curl -s "$BASE/api/confirmations/$ID?wait=25" -H "X-Api-Key: $KEY"'],
      ["json answer", '{ "status": "rejected" }'],
      ["ts", "const headers = { 'X-Api-Key': KEY };"],
      [
        "ts",
        "const answer = await fetch(`${BASE}/api/confirmations/${ID}`, { headers });",
        "console.log(await answer.text());",
      ],
      ["json answer", '{ "status": "rejected" }'],
      ["bash refused", `${ask.replace("confirmations", "confirmations/$ID/cancel")} -X POST`],
      ["json answer", '{ "code": "already_decided" }'],
    );
    expect(await faultOfPage(blocksOf(markdown), await setting)).toBeUndefined();
  });
});

function agentSettings(key: string): string {
  return `{"servers":{"countersign":{"url":"http://localhost:8787/mcp","headers":{"X-Api-Key":"${key}"}}}}`;
}

function answerShown(json: string): string {
  return page(["bash", "curl -s $BASE/healthz"], ["json answer", json]);
}
