import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, isRun, type Block } from "./document-blocks.ts";

// Which documents have blocks: the README and web/docs.

const FOLDER = "web/docs";

export interface DocumentPage {
  readonly path: string;
  readonly blocks: readonly Block[];
}

export function readPages(): readonly DocumentPage[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .toSorted()
    .map((file) => join(FOLDER, file));
  return ["README.md", ...files].map((path) => {
    try {
      return { path, blocks: blocksOf(readFileSync(path, "utf8")) };
    } catch (problem) {
      throw new Error(`${path}: ${String(problem)}`, { cause: problem });
    }
  });
}

/** Each of them needs an organisation of its own. */
export function pagesToRun(): readonly DocumentPage[] {
  return readPages().filter(({ blocks }) => blocks.some(isRun));
}
