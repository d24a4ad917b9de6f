import { raw } from "hono/html";
import type { Html } from "../../console/html-text.ts";
import { SiteLayout } from "../site-layout.tsx";

// A page of the documentation. The build draws it once, so it knows no visitor.

export interface DocsLink {
  /** The last part of its address: /docs/NAME. */
  readonly name: string;
  readonly title: string;
}

export interface DocsGroup {
  readonly title: string;
  readonly pages: readonly DocsLink[];
}

export interface DocsPageData {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly origin: string;
  readonly groups: readonly DocsGroup[];
  readonly headings: readonly { readonly id: string; readonly text: string; readonly depth: number }[];
  /** From our own Markdown, with everything escaped that was HTML in it. */
  readonly html: string;
  readonly previous: DocsLink | null;
  readonly next: DocsLink | null;
}

export function DocsPage(page: DocsPageData): Html {
  return (
    <SiteLayout
      title={page.title}
      description={page.description}
      path={docsPath(page.name)}
      origin={page.origin}
      section="docs"
      visitor={null}
    >
      <div class="docs">
        <nav aria-label="Documentation">
          {page.groups.map(({ title, pages }) => (
            <>
              <b>{title}</b>
              {pages.map((link) => (
                <a href={docsPath(link.name)} aria-current={link.name === page.name ? "page" : undefined}>
                  {link.title}
                </a>
              ))}
            </>
          ))}
        </nav>
        <article>{raw(page.html)}</article>
      </div>
    </SiteLayout>
  );
}

export function docsPath(name: string): string {
  return `/docs/${name}`;
}
