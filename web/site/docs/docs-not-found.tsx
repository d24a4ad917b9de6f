import type { DocsGroup, DocsLink } from "../../../src/core/docs/docs-index.ts";
import type { Html } from "../../console/html-text.ts";
import { PageList } from "./docs-home.tsx";
import { DocsLayout } from "./docs-layout.tsx";

// For an address of the documentation that has no page.

interface DocsNotFoundData {
  readonly origin: string;
  readonly groups: readonly DocsGroup[];
  /** Pages that may be meant. */
  readonly suggested: readonly DocsLink[];
}

export function DocsNotFound({ origin, groups, suggested }: DocsNotFoundData): Html {
  return (
    <DocsLayout
      title="Not found"
      description="There is no page of the documentation at this address."
      path="/docs"
      origin={origin}
      groups={groups}
      current={null}
    >
      <article class="prose docs-home">
        <h1>There is no such page</h1>
        {suggested.length > 0 ? (
          <>
            <p class="lead">Did you mean one of these?</p>
            <PageList pages={suggested} />
          </>
        ) : (
          <p class="lead">No page has a name like this one.</p>
        )}
        <p>
          <a href="/docs">All pages of the documentation</a>
        </p>
      </article>
    </DocsLayout>
  );
}
