// Builds into .build what is not run from its source: the pages of web/, the Worker and the command-line program.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

/** @type {import("esbuild").BuildOptions} */
const readable = { bundle: true, format: "esm", minify: false, legalComments: "none", charset: "utf8" };

rmSync(".build", { recursive: true, force: true });
mkdirSync(".build/web", { recursive: true });
cpSync("web", ".build/web", {
  recursive: true,
  filter: (path) => !/\.tsx?$|\/pictures(\/|$)/.test(path),
});

await build({
  ...readable,
  entryPoints: ["src/worker.ts"],
  outfile: ".build/worker.mjs",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*"],
});
await build({
  ...readable,
  entryPoints: ["src/cli/main.ts"],
  outfile: ".build/countersign.mjs",
  platform: "node",
  target: "node20",
});
