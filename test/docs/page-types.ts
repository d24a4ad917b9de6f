import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DocumentPage } from "./reading/document-pages.ts";
import { REFERENCE_VARIABLES } from "./reference-calls.ts";
import { declarationsOf, moduleOf } from "./running/page-module.ts";

/** As a new project has them. */
const SETTINGS = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: "es2024",
    module: "nodenext",
    lib: ["es2024", "dom", "dom.iterable"],
    types: ["node"],
    skipLibCheck: true,
  },
};

/** What the compiler says about the TypeScript of these pages, each as one module; empty if nothing. */
export function typeFaults(pages: readonly DocumentPage[], variables: Iterable<string>): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-types-"));
  try {
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), `{"type":"module"}`);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(SETTINGS));
    const declared = declarationsOf([...variables, ...REFERENCE_VARIABLES]);
    for (const { path, blocks } of pages) {
      const texts = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
      const file = join(folder, `${path.replaceAll("/", "-")}.ts`);
      if (texts.length > 0) writeFileSync(file, `${declared}\n${moduleOf(texts)}`);
    }
    const compiler = resolve("node_modules/typescript/bin/tsc");
    const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", folder], {
      encoding: "utf8",
    });
    return status === 0 ? "" : `the compiler ended with ${status}\n${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
