// Builds the pages of web/, the Worker and the command-line program into .build.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { writeFonts } from "./fonts.mjs";
import { savedPage } from "./saved-page.mjs";

/** @type {import("esbuild").BuildOptions} */
const readable = { bundle: true, format: "esm", minify: false, legalComments: "none", charset: "utf8" };

rmSync(".build", { recursive: true, force: true });
mkdirSync(".build/web", { recursive: true });

// A folder web/NAME with a NAME-page.ts becomes one module, NAME.js, next to NAME.html.
const web = readdirSync("web", { withFileTypes: true });
for (const { name } of web.filter((entry) => entry.isFile() && !/\.tsx?$/.test(entry.name))) {
  if (name.endsWith(".html"))
    writeFileSync(`.build/web/${name}`, withParts(readFileSync(`web/${name}`, "utf8")));
  else copyFileSync(`web/${name}`, `.build/web/${name}`);
}
// Styles that pages share, and those of one page in its own folder.
cpSync("web/styles", ".build/web", { recursive: true });
for (const { name } of web.filter((entry) => existsSync(`web/${entry.name}/${entry.name}.css`))) {
  copyFileSync(`web/${name}/${name}.css`, `.build/web/${name}.css`);
}
await writeFonts(".build/web");
await build({
  ...readable,
  entryPoints: web
    .filter(({ name }) => existsSync(`web/${name}/${name}-page.ts`))
    .map(({ name }) => ({ in: `web/${name}/${name}-page.ts`, out: name })),
  outdir: ".build/web",
  target: "es2022",
});
// A copy of the verify page in one file, which people can save.
writeFileSync(
  ".build/web/verify-offline.html",
  savedPage((name) => readFileSync(`.build/web/${name}`, "utf8")),
);
// Compressed once and as well as possible, so that it is as small on this machine as on the network.
for (const name of readdirSync(".build/web").filter((file) => /\.(?:js|css|svg)$/.test(file)))
  writeFileSync(`.build/web/${name}.br`, brotliCompressSync(readFileSync(`.build/web/${name}`)));
await build({
  ...readable,
  entryPoints: ["src/worker.ts"],
  outfile: ".build/worker.mjs",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  // The views of the console.
  jsx: "automatic",
  jsxImportSource: "hono/jsx",
  external: ["cloudflare:*", "node:*"],
});
await build({
  ...readable,
  entryPoints: ["src/cli/cli.ts"],
  outfile: ".build/countersign.mjs",
  platform: "node",
  target: "node20",
});

/**
 * Some pages share parts: `<!-- include NAME -->` is replaced by web/parts/NAME.html.
 * @param {string} page
 */
function withParts(page) {
  return page.replace(/^( *)<!-- include ([a-z-]+) -->$/gm, (_, /** @type {string} */ indent, name) =>
    readFileSync(`web/parts/${name}.html`, "utf8")
      .trimEnd()
      .replace(/^(?=.)/gm, indent),
  );
}
