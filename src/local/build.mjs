// Builds the pages of web/, the Worker and the command-line program into .build.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { writeFonts } from "./fonts.mjs";
import { savedPage } from "./saved-page.mjs";
import { writeSocialImage } from "./social-image.mjs";

/** @type {import("esbuild").BuildOptions} */
const readable = { bundle: true, format: "esm", minify: false, legalComments: "none", charset: "utf8" };
/** The views of the console and of the public pages. */
const VIEWS = /** @type {const} */ ({ jsx: "automatic", jsxImportSource: "hono/jsx" });

/**
 * `import(".../NAME.ts")` in a page's module loads the module /NAME.js when it runs. Both are whole: they share no third file.
 * @type {import("esbuild").Plugin}
 */
const loadedLater = {
  name: "loaded later",
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.?\/[a-z./-]+\.ts$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: `/${basename(path, ".ts")}.js`, external: true } : undefined,
    );
  },
};

// Built beside, then put in place at once: a program that reads .build meanwhile finds a whole build.
const NEXT = ".build-next";
const LAST = ".build-last";
rmSync(NEXT, { recursive: true, force: true });
mkdirSync(`${NEXT}/web`, { recursive: true });

// A folder web/NAME with a NAME-page.ts becomes one module, NAME.js, next to NAME.html.
const web = readdirSync("web", { withFileTypes: true });
for (const { name } of web.filter((entry) => entry.isFile() && !/\.tsx?$/.test(entry.name))) {
  if (name.endsWith(".html"))
    writeFileSync(`${NEXT}/web/${name}`, withParts(readFileSync(`web/${name}`, "utf8")));
  else copyFileSync(`web/${name}`, `${NEXT}/web/${name}`);
}
// Styles that pages share, and those of one page in its own folder.
cpSync("web/styles", `${NEXT}/web`, { recursive: true });
for (const { name } of web.filter((entry) => existsSync(`web/${entry.name}/${entry.name}.css`))) {
  copyFileSync(`web/${name}/${name}.css`, `${NEXT}/web/${name}.css`);
}
await writeFonts(`${NEXT}/web`);
await build({
  ...readable,
  entryPoints: [
    ...web
      .filter(({ name }) => existsSync(`web/${name}/${name}-page.ts`))
      .map(({ name }) => ({ in: `web/${name}/${name}-page.ts`, out: name })),
    // Loaded by a page's module, once it is needed.
    { in: "web/demo/demo-proof.ts", out: "demo-proof" },
    { in: "src/core/rules/choose-rule.ts", out: "choose-rule" },
  ],
  outdir: `${NEXT}/web`,
  target: "es2022",
  plugins: [loadedLater],
});
await build({
  ...readable,
  entryPoints: [{ in: "web/service-worker/service-worker.ts", out: "sw" }],
  outdir: `${NEXT}/web`,
  target: "es2022",
});
await writeSocialImage(NEXT, ".build");
await writeDocs(`${NEXT}/web/docs`);
// A copy of the verify page in one file, which people can save. Its module has in it what the page loads later.
const saved = await build({
  ...readable,
  entryPoints: ["web/verify/verify-page.ts"],
  target: "es2022",
  write: false,
});
writeFileSync(
  `${NEXT}/web/verify-offline.html`,
  savedPage(
    (name) => readFileSync(`${NEXT}/web/${name}`, "utf8"),
    saved.outputFiles.map(({ text }) => text).join(""),
  ),
);
// Compressed once and as well as possible, so that it is as small on this machine as on the network.
for (const name of readdirSync(`${NEXT}/web`).filter((file) => /\.(?:js|css|svg)$/.test(file)))
  writeFileSync(`${NEXT}/web/${name}.br`, brotliCompressSync(readFileSync(`${NEXT}/web/${name}`)));
await build({
  ...readable,
  entryPoints: ["src/worker.ts"],
  outfile: `${NEXT}/worker.mjs`,
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  ...VIEWS,
  external: ["cloudflare:*", "node:*"],
});
await build({
  ...readable,
  entryPoints: ["src/cli/cli.ts"],
  outfile: `${NEXT}/countersign.mjs`,
  platform: "node",
  target: "node20",
});

rmSync(LAST, { recursive: true, force: true });
if (existsSync(".build")) renameSync(".build", LAST);
renameSync(NEXT, ".build");
rmSync(LAST, { recursive: true, force: true });

/**
 * The documents are drawn with the views of the public pages, in TypeScript, so their drawing is bundled first.
 * @param {string} folder
 */
async function writeDocs(folder) {
  const outfile = `${NEXT}/write-docs.mjs`;
  await build({
    ...readable,
    entryPoints: ["src/local/docs/write-docs.ts"],
    outfile,
    platform: "node",
    target: "node20",
    ...VIEWS,
    packages: "external",
  });
  await (await import(pathToFileURL(outfile).href)).writeDocs(folder);
  rmSync(outfile);
}

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
