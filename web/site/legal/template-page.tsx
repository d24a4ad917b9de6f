import type { Child } from "hono/jsx";
import type { Html } from "../../console/html-text.ts";
import { SiteLayout, type Visitor } from "../site-layout.tsx";

export interface LegalData {
  readonly origin: string;
  readonly visitor: Visitor;
  readonly contact: string;
}

interface TemplateProps extends Pick<LegalData, "origin" | "visitor"> {
  readonly title: string;
  readonly description: string;
  readonly path: string;
  readonly children?: Child;
}

/** A text that the operator of a deployment completes: what only they know is marked. */
export function TemplatePage({ title, children, ...page }: TemplateProps): Html {
  return (
    <SiteLayout {...page} title={title} section={null} styles={["/pages.css"]}>
      <article class="prose">
        <h1>{title}</h1>
        <p class="note">
          <b>This is a template.</b> It says what the software does. The operator of this deployment still has
          to complete what is marked, and to check it against the law that applies.
        </p>
        {children}
      </article>
    </SiteLayout>
  );
}

/** Something that only the operator knows. */
export function Blank({ children }: { readonly children?: Child }): Html {
  return <mark>[{children}]</mark>;
}
