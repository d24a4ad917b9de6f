import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT_ORIGIN, SHOWN_ORIGIN } from "../../../src/core/docs/shown-origin.ts";
import { blockOf, blocksOf, type Block } from "./document-blocks.ts";

// Where examples are: the README, web/docs, the references that the build writes, and the landing page.

const FOLDER = "web/docs";
export const REST_REFERENCE = ".build/web/docs/rest-reference.md";
export const MCP_REFERENCE = ".build/web/docs/mcp-reference.md";
/** Examples besides those that people wrote in Markdown; each with an organisation of its own. */
export const OTHER_EXAMPLES = ["landing", "curl", "fetch", "mcp"] as const;

export interface DocumentPage {
  readonly path: string;
  readonly blocks: readonly Block[];
}

/** Those that people wrote. */
export function readPages(): readonly DocumentPage[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .toSorted()
    .map((file) => join(FOLDER, file));
  return ["README.md", ...files].map(readPage);
}

/** Those with more than diagrams: something to run, or to look up without running it. Each has an organisation of its own. */
export function pagesToRun(): readonly DocumentPage[] {
  return readPages().filter(({ blocks }) => blocks.some(({ language }) => language !== "text"));
}

export function readPage(path: string): DocumentPage {
  try {
    return { path, blocks: blocksOf(readFileSync(path, "utf8").replaceAll(BUILT_ORIGIN, SHOWN_ORIGIN)) };
  } catch (problem) {
    throw new Error(`${path}: ${String(problem)}`, { cause: problem });
  }
}

/** In HTML an example is an element with `data-snippet`, whose value is what a fence has in Markdown. */
export function blocksOfHtml(html: string): readonly Block[] {
  const elements = html.matchAll(/<(\w+)[^>]* data-snippet="([^"]*)"[^>]*>([^]*?)<\/\1>/g);
  return [...elements].map(([, , info = "", inside = ""]) => blockOf(info, textOf(inside), 0));
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', "#39": "'", lt: "<", gt: ">", amp: "&" };

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
