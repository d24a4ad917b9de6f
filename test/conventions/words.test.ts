import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// Plain words: what a reader who learned English as a second language would have to look up, or would take
// for something else, and what to write instead. In code, comments, pages and documents alike.

const TOP = new URL("../../", import.meta.url).pathname;
const PLACES = ["src", "web", "migrations", "README.md"];
const TEXT = /\.(ts|tsx|mjs|html|css|md|sql)$/;

const BANNED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\bwho(m|so)?ever\b/i, "anyone who, the person who, the caller"],
  [/\b(stands?|stood)\b/i, "is, exists, appears"],
  [/\btold\b/i, "receives, answered, reported, notified"],
  [/\bdear\b/i, "expensive"],
  [/\banew\b/i, "again"],
  [/\b(thereof|therein|thereby|hereby|herein|hence|lest|thus)\b/i, "a short sentence of its own"],
  [/\bbegun\b/i, "started"],
  [/\b(rings?|rung)\b/i, "calls, requests"],
  [/\bdoors?\b/i, "route, endpoint"],
  [/\b(house|clerk)\b/i, "repository, Desk"],
  [/\bworld\b/i, "runtime"],
  [/\bvisits?\b/i, "session, call"],
  [/\bfounded\b/i, "created"],
  [/\b(heeds?|amiss|dwells?|whereupon|henceforth)\b/i, "a common word"],
];

function bannedIn(text: string): readonly string[] {
  return BANNED.flatMap(([word, instead]) => {
    const match = word.exec(text);
    return match === null ? [] : [`"${match[0]}": write ${instead}`];
  });
}

describe("plain words", () => {
  const files = execFileSync("git", ["ls-files", ...PLACES], { cwd: TOP, encoding: "utf8" })
    .split("\n")
    .filter((path) => TEXT.test(path));

  it("are looked for in many files", () => expect(files.length).toBeGreaterThan(150));

  it("are used in code, pages and documents", () => {
    const faults = files.flatMap((path) =>
      readFileSync(TOP + path, "utf8")
        .split("\n")
        .flatMap((line, index) => bannedIn(line).map((fault) => `${path}:${index + 1} ${fault}`)),
    );
    expect(faults).toEqual([]);
  });

  it.each([
    ["Whoever asks may not decide this.", 1],
    ["The person who asks may not decide this.", 0],
    ["It stands in the log, and nobody is told.", 2],
    ["standard output, standing order", 0],
    ["a string with a ring", 1],
    ["an outdoor clerkship", 0],
  ])("%s", (text, count) => expect(bannedIn(text)).toHaveLength(count));
});
