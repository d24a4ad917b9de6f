import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

// The top level holds what a newcomer has to see, and nothing that a tool has left behind.

const TOP = new URL("../../", import.meta.url);
const HELD = [
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

it("the top level holds these and what git leaves out, beside dotfiles", () => {
  const ignored = readFileSync(new URL(".gitignore", TOP), "utf8").split("\n");
  const held = readdirSync(TOP).filter((name) => !name.startsWith(".") && !ignored.includes(`${name}/`));
  expect(held.toSorted()).toEqual(HELD);
});
