import { raw } from "hono/html";
import type { DocsGroup, DocsLink } from "../../../src/core/docs/docs-index.ts";
import type { Html } from "../../console/html-text.ts";
import { DocsLayout, docsPath } from "./docs-layout.tsx";

// One document.

export interface DocsHeading {
  readonly id: string;
  readonly text: string;
  readonly depth: number;
}

export interface DocsPageData {
  readonly link: DocsLink;
  readonly origin: string;
  readonly groups: readonly DocsGroup[];
  /** Without the title of the page. */
  readonly headings: readonly DocsHeading[];
  /** From our own Markdown, with everything escaped that was HTML in it. */
  readonly html: string;
  readonly previous: DocsLink | null;
  readonly next: DocsLink | null;
}

/** A list of more than this many headings is no overview: then only the first level is listed. */
const LISTED_MAX_HEADINGS = 30;

export function DocsPage({ link, headings, html, previous, next, ...page }: DocsPageData): Html {
  const listed = listedHeadings(headings);
  return (
    <DocsLayout
      {...page}
      title={link.title}
      description={link.description}
      path={docsPath(link.name)}
      current={link.name}
    >
      {listed.length > 1 && (
        <aside class="docs-contents">
          <Contents headings={listed} />
        </aside>
      )}
      <article class="prose">
        {raw(html)}
        <footer>
          <nav class="docs-steps" aria-label="Previous and next page">
            {previous && (
              <a rel="prev" href={docsPath(previous.name)}>
                <span>Previous</span>
                {previous.title}
              </a>
            )}
            {next && (
              <a rel="next" href={docsPath(next.name)}>
                <span>Next</span>
                {next.title}
              </a>
            )}
          </nav>
          <p class="quiet">
            <a href={`${docsPath(link.name)}.md`}>This page as Markdown</a>
          </p>
        </footer>
      </article>
    </DocsLayout>
  );
}

function listedHeadings(headings: readonly DocsHeading[]): readonly DocsHeading[] {
  const two = headings.filter(({ depth }) => depth <= 3);
  return two.length <= LISTED_MAX_HEADINGS ? two : headings.filter(({ depth }) => depth <= 2);
}

function Contents({ headings }: Pick<DocsPageData, "headings">): Html {
  return (
    <nav aria-label="On this page">
      <b>On this page</b>
      {headings.map(({ id, text, depth }) => (
        <a href={`#${id}`} class={depth > 2 ? "deeper" : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
