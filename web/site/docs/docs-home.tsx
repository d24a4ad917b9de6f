import type { DocsGroup, DocsLink } from "../../../src/core/docs/docs-index.ts";
import type { Html } from "../../console/html-text.ts";
import { DocsLayout, docsPath } from "./docs-layout.tsx";

// The first page of the documentation: every page with what it is about.

interface DocsHomeData {
  readonly origin: string;
  readonly groups: readonly DocsGroup[];
}

const DESCRIPTION =
  "How to ask a person for a signed approval from an agent, a backend or a pipeline, and how anyone checks it.";

export function DocsHome({ origin, groups }: DocsHomeData): Html {
  return (
    <DocsLayout
      title="Documentation"
      description={DESCRIPTION}
      path="/docs"
      origin={origin}
      groups={groups}
      current={null}
    >
      <article class="prose docs-home">
        <h1>Documentation</h1>
        <p class="lead">{DESCRIPTION}</p>
        {groups.map(({ title, pages }) => (
          <section>
            <h2>{title}</h2>
            <PageList pages={pages} />
          </section>
        ))}
        <p class="quiet">
          For agents: <a href="/llms.txt">/llms.txt</a> lists every page as Markdown.
        </p>
      </article>
    </DocsLayout>
  );
}

/** Pages, each with what it is about. */
export function PageList({ pages }: { readonly pages: readonly DocsLink[] }): Html {
  return (
    <ul class="plain">
      {pages.map((page) => (
        <li>
          <a href={docsPath(page.name)}>{page.title}</a>
          <p>{page.description}</p>
        </li>
      ))}
    </ul>
  );
}
