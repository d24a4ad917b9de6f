import type { Child } from "hono/jsx";
import type { DocsGroup } from "../../../src/core/docs/docs-index.ts";
import type { Html } from "../../console/html-text.ts";
import { SiteLayout } from "../site-layout.tsx";

// What surrounds every page of the documentation: the navigation, and the search. The build draws them once, so they
// know nobody.

interface DocsLayoutData {
  readonly title: string;
  readonly description: string;
  readonly path: string;
  readonly origin: string;
  readonly groups: readonly DocsGroup[];
  /** The name of the page; null: it is not in the navigation. */
  readonly current: string | null;
  readonly children?: Child;
}

export function DocsLayout({ groups, current, children, ...page }: DocsLayoutData): Html {
  return (
    <SiteLayout {...page} section="docs" visitor={null} styles={["/docs.css"]} scripts={["/reader.js"]}>
      <div class="docs">
        <div class="docs-rail">
          <SearchBox />
          <details class="docs-menu">
            <summary>Pages of the documentation</summary>
            <DocsNavigation groups={groups} current={current} />
          </details>
          <aside class="docs-side">
            <DocsNavigation groups={groups} current={current} />
          </aside>
        </div>
        {children}
      </div>
    </SiteLayout>
  );
}

/** Hidden without JavaScript. */
function SearchBox(): Html {
  return (
    <div id="docs-search" class="docs-search needs-script" role="search">
      <label class="unseen" for="docs-query">
        Search the documentation
      </label>
      <input
        id="docs-query"
        type="search"
        placeholder="Search"
        autocomplete="off"
        autocapitalize="none"
        aria-keyshortcuts="/"
      />
      <kbd aria-hidden="true">/</kbd>
      <div id="docs-results" hidden></div>
      <p id="docs-search-status" class="unseen" role="status"></p>
    </div>
  );
}

function DocsNavigation({ groups, current }: Pick<DocsLayoutData, "groups" | "current">): Html {
  return (
    <nav aria-label="Documentation">
      {groups.map(({ title, pages }) => (
        <section>
          <b>{title}</b>
          {pages.map((link) => (
            <a href={docsPath(link.name)} aria-current={link.name === current ? "page" : undefined}>
              {link.title}
            </a>
          ))}
        </section>
      ))}
    </nav>
  );
}

export function docsPath(name: string): string {
  return `/docs/${name}`;
}
