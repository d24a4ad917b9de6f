import type { Html } from "../../console/html-text.ts";
import { SiteLayout } from "../site-layout.tsx";
import { InlineText } from "./inline-text.tsx";

// The page of one problem: its address is the `type` of each answer with its code.

export interface ProblemPageData {
  readonly origin: string;
  readonly code: string;
  readonly status: number;
  readonly title: string;
  /** Sentences with code in backticks, like the other texts. */
  readonly meaning: string;
  readonly cause: string;
  readonly whatToDo: string;
  /** An answer, in JSON. */
  readonly example: string;
  /** More exact codes, which `errors` may have. */
  readonly specific: readonly { readonly code: string; readonly text: string }[];
  readonly calls: ProblemCalls;
}

/** Which calls with an API key can have this answer. */
export type ProblemCalls = "all" | readonly ProblemCall[];

interface ProblemCall {
  readonly name: string;
  /** Method and path. */
  readonly call: string;
  readonly href: string;
}

export function ProblemPage(page: ProblemPageData): Html {
  const { origin, code, status, title, meaning, cause, whatToDo, example, specific, calls } = page;
  return (
    <SiteLayout
      title={`${code}: ${title}`}
      description={meaning.replaceAll("`", "")}
      path={`/problems/${code}`}
      origin={origin}
      section="docs"
      visitor={null}
    >
      <article class="prose">
        <p class="eyebrow">
          <a href="/docs/errors">Errors</a>
        </p>
        <h1>{title}</h1>
        <p>
          <code>{code}</code> <span class="quiet">Status {status}</span>
        </p>
        <p class="lead">
          <InlineText text={meaning} />
        </p>
        <h2>Why it happens</h2>
        <p>
          <InlineText text={cause} />
        </p>
        <h2>What to do</h2>
        <p>
          <InlineText text={whatToDo} />
        </p>
        <h2>An answer</h2>
        <pre tabindex={0}>
          <code>{example}</code>
        </pre>
        {specific.length > 0 && <SpecificCodes specific={specific} />}
        {calls.length > 0 && <Calls calls={calls} />}
      </article>
    </SiteLayout>
  );
}

function SpecificCodes({ specific }: Pick<ProblemPageData, "specific">): Html {
  return (
    <>
      <h2>
        Codes in <code>errors</code>
      </h2>
      <dl class="codes">
        {specific.map(({ code, text }) => (
          <div id={code}>
            <dt>
              <code>{code}</code>
            </dt>
            <dd>
              <InlineText text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Calls({ calls }: Pick<ProblemPageData, "calls">): Html {
  if (calls === "all")
    return (
      <p class="quiet">
        Every call of the <a href="/docs/rest-reference">API</a> can have this answer.
      </p>
    );
  return (
    <>
      <h2>Calls with this answer</h2>
      <ul>
        {calls.map(({ name, call, href }) => (
          <li>
            <a href={href}>{name}</a> <code>{call}</code>
          </li>
        ))}
      </ul>
    </>
  );
}
