// Builds what is not TypeScript-by-itself into .build: the pages of web/ and the command-line program.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

/** @type {import("esbuild").BuildOptions} */
const readable = { bundle: true, format: "esm", minify: false, legalComments: "none", charset: "utf8" };

rmSync(".build/web", { recursive: true, force: true });
mkdirSync(".build/web", { recursive: true });
cpSync("web", ".build/web", {
  recursive: true,
  filter: (path) => !/\.tsx?$|\/pictures(\/|$)/.test(path),
});

await build({
  ...readable,
  entryPoints: ["src/cli/main.ts"],
  outfile: ".build/countersign.mjs",
  platform: "node",
  target: "node20",
});
