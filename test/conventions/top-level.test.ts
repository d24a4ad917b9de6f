import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

// The top level contains what a newcomer needs to see, and no files that a tool left behind.

const TOP = new URL("../../", import.meta.url);
const ENTRIES = [
  "LICENSE",
  "README.md",
  "migrations",
  "package-lock.json",
  "package.json",
  "src",
  "test",
  "tsconfig.json",
  "web",
  "wrangler.toml",
];

it("the top level contains only these, besides dotfiles and what git ignores", () => {
  const ignored = readFileSync(new URL(".gitignore", TOP), "utf8").split("\n");
  const entries = readdirSync(TOP).filter((name) => !name.startsWith(".") && !ignored.includes(`${name}/`));
  expect(entries.toSorted()).toEqual(ENTRIES);
});
