import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Marked } from "marked";
import { SHOWN_ORIGIN } from "../../core/pages/shown-origin.ts";
import { DocsPage, type DocsLink } from "../../../web/site/docs/docs-page.tsx";
import { NAVIGATION } from "./navigation.ts";

// Draws web/docs as pages. The build bundles this file and runs it.

interface Source extends DocsLink {
  readonly markdown: string;
}

export async function writeDocs(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const sources = readSources();
  const groups = NAVIGATION.map(({ title, names }) => ({
    title,
    pages: names.map((name) => sourceOf(sources, name)),
  }));
  const pages = groups.flatMap((group) => group.pages);
  const marked = new Marked({ renderer: { html: ({ text }) => text.replaceAll("<", "&lt;") } });
  for (const [at, { name, title, markdown }] of pages.entries()) {
    const page = DocsPage({
      name,
      title,
      description: title,
      origin: SHOWN_ORIGIN,
      groups,
      headings: [],
      html: await marked.parse(markdown),
      previous: pages[at - 1] ?? null,
      next: pages[at + 1] ?? null,
    });
    writeFileSync(`${folder}/${name}.html`, String(await page));
    writeFileSync(`${folder}/${name}.md`, markdown);
  }
}

function readSources(): ReadonlyMap<string, Source> {
  const files = readdirSync("web/docs", { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  return new Map(
    files.map((file) => {
      const name = basename(file, ".md");
      const markdown = readFileSync(`web/docs/${file}`, "utf8");
      return [name, { name, title: /^# (.+)$/m.exec(markdown)?.[1] ?? name, markdown }];
    }),
  );
}

function sourceOf(sources: ReadonlyMap<string, Source>, name: string): Source {
  const source = sources.get(name);
  if (source === undefined) throw new Error(`there is no document ${name}.md in web/docs`);
  return source;
}
