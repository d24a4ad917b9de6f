import type { Html } from "../../console/html-text.ts";
import { SiteLayout } from "../site-layout.tsx";

// For a code that does not exist.

interface ProblemNotFoundData {
  readonly origin: string;
  readonly suggested: readonly { readonly code: string; readonly title: string }[];
}

export function ProblemNotFound({ origin, suggested }: ProblemNotFoundData): Html {
  return (
    <SiteLayout
      title="No such error"
      description="There is no error with this code."
      path="/docs/errors"
      origin={origin}
      section="docs"
      visitor={null}
    >
      <article class="prose">
        <h1>There is no error with this code</h1>
        {suggested.length > 0 && (
          <>
            <p class="lead">Did you mean one of these?</p>
            <ul>
              {suggested.map(({ code, title }) => (
                <li>
                  <a href={`/problems/${code}`}>
                    <code>{code}</code>
                  </a>{" "}
                  {title}
                </li>
              ))}
            </ul>
          </>
        )}
        <p>
          <a href="/docs/errors">All errors</a>
        </p>
      </article>
    </SiteLayout>
  );
}
