import { basename, dirname } from "node:path/posix";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

// A newcomer finds a rule of the product by the names of folders and files: folders are short, and a file's
// name is its own.

const TOP = new URL("../../", import.meta.url).pathname;
const FOLDER_MAX_FILES = 15;
/** Data and pictures are named by what they are in each place. Of the migrations there are more and more. */
const NOT_COUNTED = /\.(png|json|yaml|woff2|sql)$/;
/** What a tool looks for by its name. */
const SAME_EVERYWHERE = ["tsconfig.json"];

const files = execFileSync("git", ["ls-files", "src", "web", "test", "migrations"], {
  cwd: TOP,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && !NOT_COUNTED.test(path));

function groups(keyOf: (path: string) => string): ReadonlyMap<string, readonly string[]> {
  const byKey = new Map<string, string[]>();
  for (const path of files) byKey.set(keyOf(path), [...(byKey.get(keyOf(path)) ?? []), path]);
  return byKey;
}

describe("folders and files", () => {
  it("no folder holds more files than a reader takes in at a glance", () => {
    const large = [...groups(dirname)].filter(([, paths]) => paths.length > FOLDER_MAX_FILES);
    expect(large.map(([folder, paths]) => `${folder}: ${paths.length}`)).toEqual([]);
  });

  it("no two files have the same name", () => {
    const shared = [...groups((path) => basename(path))].filter(
      ([name, paths]) => paths.length > 1 && !SAME_EVERYWHERE.includes(name),
    );
    expect(shared.map(([, paths]) => paths.join(" = "))).toEqual([]);
  });

  it("a name of several words has hyphens between them", () => {
    expect(files.filter((path) => /[A-Z_]/.test(basename(path)) && !/^\d{4}_/.test(basename(path)))).toEqual(
      [],
    );
  });
});
