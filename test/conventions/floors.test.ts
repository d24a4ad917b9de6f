import { describe, expect, it } from "vitest";
import { sourceFile, sourceFiles, target, type SourceFile } from "./source-tree.ts";

// Imports go down only. What a place may import besides its own folder; a package is named by its beginning.
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/core": ["@noble/hashes/"],
  "src/store": ["src/core", "src/env.ts", "drizzle-orm"],
  "src/log": ["src/core", "src/env.ts", "cloudflare:workers", "node:crypto"],
  "src/passkey": ["src/core", "src/env.ts", "@simplewebauthn/server"],
  "src/app": [
    "src/core",
    "src/store",
    "src/log",
    "src/passkey",
    "src/env.ts",
    "cloudflare:workers",
    // Conditions only: every statement goes through the store's scoped handle.
    "drizzle-orm",
  ],
  "src/desk": ["src/app", "src/store", "src/core", "src/env.ts", "cloudflare:workers"],
  "src/http": [
    "src/desk",
    "src/app",
    "src/core",
    "src/env.ts",
    "hono",
    "zod",
    "@modelcontextprotocol/server",
  ],
  "src/cli": ["src/core", "node:"],
  "src/local": [
    "src/core",
    "src/app/account/create-tenant.ts",
    "src/app/runtime.ts",
    "src/store/database.ts",
    "node:",
    "miniflare",
    "wrangler",
    "esbuild",
  ],
  "src/env.ts": ["src/log"],
  "src/worker.ts": ["src/http", "src/desk", "src/app", "src/log", "src/env.ts"],
  web: ["src/core", "@simplewebauthn/browser"],
};

const placeOf = (path: string): string =>
  Object.keys(MAY_IMPORT).find((place) => path === place || path.startsWith(`${place}/`)) ?? "nowhere";

function badImports(file: SourceFile): readonly string[] {
  const place = placeOf(file.path);
  const allowed = MAY_IMPORT[place] ?? [];
  return file.imports
    .map((specifier) => target(file, specifier))
    .filter((imported) => placeOf(imported) !== place)
    .filter((imported) => !allowed.some((start) => imported.startsWith(start)))
    .map((imported) => `${file.path} imports ${imported}`);
}

function cycle(files: readonly SourceFile[]): readonly string[] {
  const imports = new Map(files.map((file) => [file.path, file.imports.map((name) => target(file, name))]));
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (finished.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const found = imports.has(next) ? visit(next, [...way, path]) : [];
      if (found.length > 0) return found;
    }
    finished.add(path);
    return [];
  };
  return files.map(({ path }) => visit(path, [])).find((found) => found.length > 0) ?? [];
}

describe("the floors", () => {
  const files = sourceFiles("src", "web");

  it("hold every file", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter(({ path }) => placeOf(path) === "nowhere").map(({ path }) => path)).toEqual([]);
  });
  it("are left by no import upward", () => expect(files.flatMap(badImports)).toEqual([]));
  it("have no circle", () => expect(cycle(files)).toEqual([]));

  const samples: [string, string, string, boolean][] = [
    ["core uses a platform", "src/core/x.ts", 'import { sign } from "node:crypto";', false],
    ["core uses its hash package", "src/core/x.ts", 'import { sha256 } from "@noble/hashes/sha2.js";', true],
    ["core imports upward", "src/core/x.ts", 'import { ask } from "../app/confirmation/ask.ts";', false],
    ["core re-exports from above", "src/core/x.ts", 'export { ask } from "../app/open.ts";', false],
    ["the middle floor sideways", "src/log/x.ts", 'import type { Db } from "../store/db.ts";', false],
    ["a route past the use cases", "src/http/x.ts", 'import { db } from "../store/db.ts";', false],
    ["a route to a use case", "src/http/x.ts", 'import { ask } from "../app/confirmation/ask.ts";', true],
    ["a page to the server", "web/x.ts", 'const page = await import("../src/http/app.ts");', false],
    ["a comment", "src/core/x.ts", '// import { sign } from "node:crypto";', true],
  ];
  it.each(samples)("notice: %s", (_name, path, text, allowed) => {
    expect(badImports(sourceFile(path, text))).toHaveLength(allowed ? 0 : 1);
  });
  it("notice a circle", () => {
    const pair = [
      sourceFile("src/core/a.ts", 'import "./b.ts";'),
      sourceFile("src/core/b.ts", 'import "./a.ts";'),
    ];
    expect(cycle(pair)).toEqual(["src/core/a.ts", "src/core/b.ts", "src/core/a.ts"]);
  });
});
