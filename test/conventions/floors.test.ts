import { describe, expect, it } from "vitest";
import { sourceFile, sourceFiles, target, type SourceFile } from "./source-tree.ts";

// Imports go down only. What a place may import besides its own folder; a package is named by its beginning.
// The rooms of the core, from the bottom up, may each import what is in the line above them.
const ENCODING = ["src/core/refusal.ts", "src/core/encoding", "@noble/hashes/"];
const FORMATS = [
  ...ENCODING,
  "src/core/webauthn",
  "src/core/confirmation",
  "src/core/policy",
  "src/core/display",
  "src/core/rules",
  "src/core/tlog",
];
const STREAM = [...FORMATS, "src/core/stream", "src/core/timestamp"];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/core/refusal.ts": [],
  "src/core/encoding": ENCODING,
  "src/core/webauthn": ENCODING,
  "src/core/display": [...ENCODING, "src/core/confirmation"],
  "src/core/confirmation": [...ENCODING, "src/core/policy"],
  "src/core/policy": [...ENCODING, "src/core/confirmation"],
  // Which policies a request falls under. The one place that uses the package for expressions.
  "src/core/rules": [...ENCODING, "src/core/confirmation", "src/core/policy", "@marcbachmann/cel-js"],
  "src/core/tlog": ENCODING,
  "src/core/timestamp": ENCODING,
  "src/core/stream": FORMATS,
  // What people and API keys of an organisation may do, and its plan.
  "src/core/account": [
    ...ENCODING,
    "src/core/confirmation",
    "src/core/display/text",
    "src/core/stream/record.ts",
  ],
  // What backends are told, and how it is signed.
  // What people are notified of, and in which words.
  "src/core/notice": [
    ...ENCODING,
    "src/core/confirmation",
    "src/core/display/text",
    "src/core/account/zone-days.ts",
  ],
  "src/core/webhook": [...ENCODING, "src/core/stream/record.ts"],
  "src/core/evidence": STREAM,
  "src/core/report": [...STREAM, "src/core/evidence"],
  // The JSON that the server and the pages exchange: types only.
  "src/core/pages": [
    ...STREAM,
    "src/core/display",
    "src/core/account",
    "src/core/notice",
    "src/core/webhook/event-types.ts",
  ],
  // The documentation: what its pages, the Worker and the build share.
  "src/core/docs": [],
  "src/store": ["src/core", "src/env.ts", "drizzle-orm"],
  "src/log": ["src/core", "src/env.ts", "cloudflare:workers", "node:crypto"],
  "src/passkey": ["src/core", "src/env.ts", "@simplewebauthn/server"],
  "src/send": ["src/core", "src/env.ts", "@block65/webcrypto-web-push"],
  "src/app": [
    "src/core",
    "src/store",
    "src/log",
    "src/send",
    "src/passkey",
    "src/env.ts",
    "cloudflare:workers",
  ],
  "src/desk": ["src/app", "src/store", "src/core", "src/env.ts", "cloudflare:workers"],
  "src/http": [
    "src/desk",
    "src/app",
    "src/core",
    "src/env.ts",
    "web/console",
    "web/site",
    "hono",
    "zod",
    "@modelcontextprotocol/server",
  ],
  "src/cli": ["src/core", "node:"],
  "src/local": [
    "src/core",
    "src/app/account/create-tenant.ts",
    "src/app/operator",
    "src/app/runtime.ts",
    "src/store/database.ts",
    "node:",
    "miniflare",
    "wrangler",
    "esbuild",
    "subset-font",
    // The documents, drawn by the build, and what the generated ones are made of.
    "web/site/docs",
    "src/http/rest",
    "src/http/mcp/tool-definitions.ts",
    "src/http/mcp/tool-results.ts",
    "src/http/problem.ts",
    "src/http/site/problems",
    "marked",
    "@resvg/resvg-wasm",
  ],
  "src/env.ts": ["src/log"],
  "src/worker.ts": ["src/http", "src/desk", "src/app", "src/log", "src/env.ts"],
  // The views of the console: the Worker draws them.
  "web/console": [
    "src/core",
    "web/common",
    "web/drawn",
    "web/passkey",
    "web/push",
    "hono/jsx",
    "hono/html",
    "hono/utils/html",
  ],
  // The views of the public pages: the Worker and the build draw them.
  "web/site": [
    "src/core",
    "web/console",
    "web/common",
    "web/drawn",
    "hono/jsx",
    "hono/html",
    "hono/utils/html",
  ],
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
  const search = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (finished.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const found = imports.has(next) ? search(next, [...way, path]) : [];
      if (found.length > 0) return found;
    }
    finished.add(path);
    return [];
  };
  return files.map(({ path }) => search(path, [])).find((found) => found.length > 0) ?? [];
}

describe("the floors", () => {
  const files = sourceFiles("src", "web");

  it("hold every file", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter(({ path }) => placeOf(path) === "nowhere").map(({ path }) => path)).toEqual([]);
  });
  it("are left by no import upward", () => expect(files.flatMap(badImports)).toEqual([]));
  it("have no cycle", () => expect(cycle(files)).toEqual([]));

  it("name only places that exist", () => {
    const missing = Object.keys(MAY_IMPORT).filter(
      (place) => !files.some(({ path }) => path === place || path.startsWith(`${place}/`)),
    );
    expect(missing).toEqual([]);
  });

  const CORE = "src/core/encoding/x.ts";
  const samples: [string, string, string, boolean][] = [
    ["core uses a platform", CORE, 'import { sign } from "node:crypto";', false],
    ["core uses its hash package", CORE, 'import { sha256 } from "@noble/hashes/sha2.js";', true],
    ["core imports upward", CORE, 'import { ask } from "../../app/confirmation/ask.ts";', false],
    ["core re-exports from above", CORE, 'export { ask } from "../../app/confirmation/ask.ts";', false],
    ["a low room of core imports a high one", CORE, 'import { verify } from "../evidence/verify.ts";', false],
    ["a high room of core imports a low one", "src/core/evidence/x.ts", 'import "../tlog/tile.ts";', true],
    ["the middle floor sideways", "src/log/x.ts", 'import type { Db } from "../store/db.ts";', false],
    ["a route past the use cases", "src/http/x.ts", 'import { db } from "../store/db.ts";', false],
    ["a route to a use case", "src/http/x.ts", 'import { ask } from "../app/confirmation/ask.ts";', true],
    ["a use case to the Desk", "src/app/x.ts", 'import { Desk } from "../desk/desk.ts";', false],
    ["a page to the server", "web/x.ts", 'const page = await import("../src/http/app.ts");', false],
    ["a comment", CORE, '// import { sign } from "node:crypto";', true],
  ];
  it.each(samples)("notice: %s", (_name, path, text, allowed) => {
    expect(badImports(sourceFile(path, text))).toHaveLength(allowed ? 0 : 1);
  });
  it("notice a cycle", () => {
    const pair = [
      sourceFile("src/core/encoding/a.ts", 'import "./b.ts";'),
      sourceFile("src/core/encoding/b.ts", 'import "./a.ts";'),
    ];
    expect(cycle(pair)).toEqual([
      "src/core/encoding/a.ts",
      "src/core/encoding/b.ts",
      "src/core/encoding/a.ts",
    ]);
  });
});
