import { describe, expect, it } from "vitest";
import { suggestedPages } from "../../../src/core/docs/docs-suggestions.ts";
import { MOVED_NAMES, movedAddress } from "../../../src/http/site/docs-address.ts";
import { NAVIGATION } from "../../../src/local/docs/navigation.ts";

// Addresses of the documentation that are old, or mistyped.

const NAMES = NAVIGATION.flatMap(({ documents }) => documents.map(({ name }) => name));
const PAGES = NAVIGATION.flatMap(({ documents }) =>
  documents.map(({ name, title = name }) => ({ name, title, description: `About ${name}.` })),
);

describe("an address of another form", () => {
  it.each([
    ["sending/webhooks", "/docs/webhooks"],
    ["sending/webhooks.md", "/docs/webhooks.md"],
    ["web/docs/api.md", "/docs/api.md"],
    ["api.html", "/docs/api"],
    ["api/", "/docs/api"],
    ["API", "/docs/api"],
    ["Formats.MD", "/docs/formats.md"],
    ["README.md", "/docs"],
    ["", "/docs"],
    ["index", "/docs"],
    ["mcp", "/docs/agents"],
    ["none", undefined],
    ["none/", undefined],
    ["none//", undefined],
    ["constructor", undefined],
    ["__proto__", undefined],
    ["api.md/x", undefined],
    ["//evil.example", undefined],
    ["<b>", undefined],
  ])("%s leads to %s", (path, to) => expect(movedAddress(path, NAMES)).toBe(to));

  it("is found quickly, however long it is", () => {
    // The fastest of some tries: a busy machine may stop any of them, but an expression that tries again from each
    // character is slow in all.
    const paths = [`${"a".repeat(40_000)}/b`, `${"/".repeat(40_000)}b`];
    const tries = Array.from({ length: 5 }, () => {
      const begin = performance.now();
      for (const path of paths) movedAddress(path, NAMES);
      return performance.now() - begin;
    });
    expect(Math.min(...tries)).toBeLessThan(50);
  });

  it("leads to a page that exists", () => {
    const missing = Object.values(MOVED_NAMES).filter((name) => name !== "" && !NAMES.includes(name));
    expect(missing).toEqual([]);
  });

  it("does not hide a page that exists", () =>
    expect(Object.keys(MOVED_NAMES).filter((name) => NAMES.includes(name))).toEqual([]));
});

describe("an address without a page", () => {
  it.each([
    ["webhoks", "webhooks"],
    ["web-hooks", "webhooks"],
    ["formts", "formats"],
    ["verfy", "verify"],
    ["guides/mcp-agents", "agents"],
    ["arch", "architecture"],
    ["security-model", "security"],
  ])("%s suggests %s first", (path, name) => expect(suggestedPages(path, PAGES)[0]?.name).toBe(name));

  it.each([
    ["nothing like it", "zzzzzz"],
    ["no letters", "%00/.*+?^$"],
    ["one letter", "a"],
    ["10,000 letters", "z".repeat(10_000)],
    ["a turned text", "\u202e\u202e"],
  ])("suggests nothing for %s", (_what, path) => expect(suggestedPages(path, PAGES)).toEqual([]));

  it("suggests four pages at most", () =>
    expect(suggestedPages("about about-api-webhooks-notices-people-roles-console", PAGES)).toHaveLength(4));
});
