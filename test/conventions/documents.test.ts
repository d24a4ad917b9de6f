import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expectOk } from "../../src/core/refusal.ts";
import { rulesFromWritten } from "../../src/core/rules/written-rules.ts";
import { describe, expect, it } from "vitest";
import { anchorOf } from "../../src/core/docs/anchors.ts";
import type { JsonValue } from "../../src/core/encoding/strict-json.ts";
import { checkRules } from "../../src/core/rules/choose-rule.ts";
import { checkExpression } from "../../src/core/rules/expression.ts";

// The documents in Markdown: a renamed file or heading must not leave a link that leads nowhere.

const TOP = new URL("../../", import.meta.url);
const DOCUMENTS = [
  "README.md",
  ...readdirSync(new URL("web/docs/", TOP), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `web/docs/${name}`),
];
const read = (path: string): string => readFileSync(new URL(path, TOP), "utf8");

function linksOf(text: string): readonly string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(
    (link) => link[1] ?? link[2] ?? "",
  );
  return links.filter((link) => !/^https?:/.test(link));
}

function brokenLinks(path: string, text: string): readonly string[] {
  return linksOf(text).filter((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : posix.join(posix.dirname(path), file);
    if (!existsSync(new URL(target, TOP))) return true;
    if (anchor === undefined) return false;
    const headings = (target === path ? text : read(target)).matchAll(/^#+ (.+)$/gm);
    return ![...headings].some((heading) => anchorOf(heading[1] ?? "") === anchor);
  });
}

/** Code that names a file or a folder of the repository, such as `src/core` or `test/core/jcs.test.ts`. */
function missingPaths(text: string): readonly string[] {
  const paths = [...text.matchAll(/`((?:src|test|web|migrations)\/[\w./-]+)`/g)].map((code) => code[1] ?? "");
  return paths.filter((path) => !existsSync(new URL(path, TOP)));
}

describe("the documents", () => {
  it.each(DOCUMENTS)("%s links to files and headings that exist", (path) =>
    expect(brokenLinks(path, read(path))).toEqual([]),
  );

  it.each(DOCUMENTS)("%s names files and folders that exist", (path) =>
    expect(missingPaths(read(path))).toEqual([]),
  );

  it.each([
    ["a missing file", "[x](web/docs/none.md)"],
    ["a missing heading", "# One\n[x](#two)"],
    ["a missing picture", '<img src="web/pictures/none.png" />'],
  ])("would be found to link to %s", (_fault, text) =>
    expect(brokenLinks("README.md", text)).toHaveLength(1),
  );

  it("give examples of rules that can be saved", () => {
    const text = read("web/docs/guides/rules.md");
    const [, lines = ""] = /^## Examples\n\n```text\n([^`]+)```/m.exec(text) ?? [];
    const [, document = ""] = /```json body PUT \/api\/rules\n([^`]+)```/.exec(text) ?? [];
    expect(
      lines
        .trim()
        .split("\n")
        .map((line) => checkExpression(line).ok),
    ).not.toContain(false);
    expect(checkRules(expectOk(rulesFromWritten(JSON.parse(document) as JsonValue)))).toMatchObject({
      ok: true,
    });
  });

  it("would be found to name a missing file", () =>
    expect(missingPaths("see `src/core/none.ts`")).toEqual(["src/core/none.ts"]));
});
