import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { DocsGroup, DocsLink } from "../../core/docs/docs-index.ts";
import { writeIndex } from "../../core/docs/search-index.ts";
import { BUILT_ORIGIN, SHOWN_ORIGIN } from "../../core/docs/shown-origin.ts";
import { DocsHome } from "../../../web/site/docs/docs-home.tsx";
import { DocsPage } from "../../../web/site/docs/docs-page.tsx";
import { buildSearchIndex } from "./build-search-index.ts";
import { llmsTxt, robotsTxt, sitemap } from "./crawler-files.ts";
import { KEEPS_LOCAL_ADDRESS, NAVIGATION, type NavigationEntry } from "./navigation.ts";
import type { ParsedDocument } from "./parse-document.ts";
import type { PictureSize } from "./picture-block.ts";
import { readDocuments } from "./read-documents.ts";
import { renderDocument, type DocumentParts } from "./render-document.ts";
import { siteMarkdown } from "./site-markdown.ts";

// Draws web/docs as pages. The build bundles this file and runs it.

export async function writeDocs(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const byName = readDocuments();
  const groups = groupsOf(byName);
  const pages = groups
    .flatMap((group) => group.pages)
    .map((link) => ({ link, document: documentOf(byName, link.name) }));
  const pictures = new Set<string>();
  const parts: DocumentParts = {
    documents: [...byName.values()],
    exists: existsSync,
    pictureSize: (path) => {
      pictures.add(path);
      return pngSize(path);
    },
  };
  for (const [at, { link, document }] of pages.entries()) {
    const page = DocsPage({
      link,
      origin: BUILT_ORIGIN,
      groups,
      headings: [...document.headings.values()].slice(1),
      html: withOrigin(link.name, renderDocument(document, parts)),
      previous: pages[at - 1]?.link ?? null,
      next: pages[at + 1]?.link ?? null,
    });
    writeFileSync(`${folder}/${link.name}.html`, String(await page));
    writeFileSync(`${folder}/${link.name}.md`, withOrigin(link.name, siteMarkdown(document, parts)));
  }
  writeFileSync(`${folder}/index.html`, String(await DocsHome({ origin: BUILT_ORIGIN, groups })));
  writeFileSync(`${folder}/index.json`, JSON.stringify(groups));
  writeFileSync(`${folder}/search-index.txt`, writeIndex(buildSearchIndex(pages)));
  writeFileSync(`${folder}/llms.txt`, llmsTxt(groups));
  writeFileSync(`${folder}/robots.txt`, robotsTxt());
  writeFileSync(`${folder}/sitemap.xml`, sitemap(groups));
  for (const path of pictures) copyFileSync(path, `${folder}/${basename(path)}`);
}

/** The groups of the navigation. Each document is in one of them. */
function groupsOf(byName: ReadonlyMap<string, ParsedDocument>): readonly DocsGroup[] {
  const names = NAVIGATION.flatMap(({ documents }) => documents.map(({ name }) => name));
  const missing = [...byName.values()].filter(({ name }) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`add to src/local/docs/navigation.ts: ${missing.map(({ path }) => path).join(", ")}`);
  const linkOf = ({ name, title }: NavigationEntry): DocsLink => {
    const document = documentOf(byName, name);
    return { name, title: title ?? document.title, description: document.description };
  };
  return NAVIGATION.map(({ title, documents }) => ({ title, pages: documents.map(linkOf) }));
}

function documentOf(byName: ReadonlyMap<string, ParsedDocument>, name: string): ParsedDocument {
  const document = byName.get(name);
  if (document === undefined) throw new Error(`there is no document ${name}.md in web/docs`);
  return document;
}

/** The Worker puts the address of its own deployment into the examples. */
function withOrigin(name: string, text: string): string {
  return KEEPS_LOCAL_ADDRESS.includes(name) ? text : text.replaceAll(SHOWN_ORIGIN, BUILT_ORIGIN);
}

const PNG_WIDTH_AT = 16;
const PNG_HEIGHT_AT = 20;

function pngSize(path: string): PictureSize | undefined {
  if (!existsSync(path)) return undefined;
  const file = readFileSync(path);
  return { width: file.readUInt32BE(PNG_WIDTH_AT), height: file.readUInt32BE(PNG_HEIGHT_AT) };
}
