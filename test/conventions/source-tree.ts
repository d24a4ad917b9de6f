import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export interface SourceFile {
  /** From the top of the repository, with forward slashes. */
  readonly path: string;
  /** Without comments, which may name what the code must not use. */
  readonly code: string;
  readonly imports: readonly string[];
}

const TOP = new URL("../..", import.meta.url).pathname;
const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^"'`;]*?\sfrom\s*)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/g;

export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(TOP, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
      .map((entry) => posix.join(entry.parentPath.slice(TOP.length), entry.name))
      .map((path) => sourceFile(path, readFileSync(join(TOP, path), "utf8"))),
  );
}

export function sourceFile(path: string, text: string): SourceFile {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
  return { path, code, imports: [...code.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "") };
}

/** What an import leads to: a file of this repository, or a package by its name. */
export function target({ path }: SourceFile, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
}
