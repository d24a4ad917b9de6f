import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Shell } from "../../../src/core/pages/console.ts";
import type { Html } from "../../console/html-text.ts";
import { HeadStart, SectionLinks, type Section } from "../../console/layout.tsx";

// What surrounds every page of the demo console: the console's own look, and on each page what it is. Its links lead to
// the console, as those of the views do; see demo-console-routes.ts.

export interface DemoLayoutProps {
  readonly title: string;
  readonly section: Section | null;
  readonly shell: Shell;
  readonly canSignUp: boolean;
  readonly children?: Child;
}

export function DemoLayout({ title, section, shell, canSignUp, children }: DemoLayoutProps): Html {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <HeadStart />
          <meta
            name="description"
            content="The console of Countersign with generated data: requests, people, keys, webhooks and the audit trail of an invented organisation."
          />
          <link rel="preload" href="/inter.woff2" as="font" type="font/woff2" crossorigin="" />
          <link rel="stylesheet" href="/style.css" />
          <link rel="stylesheet" href="/values.css" />
          <link rel="stylesheet" href="/console.css" />
          <title>{`${title} · Demo console · Countersign`}</title>
        </head>
        <body class="console">
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header>
            <a class="brand" href="/">
              <img src="/favicon.svg" alt="" />
              Countersign
            </a>
            <nav aria-label="Site">
              <a href="/docs">Docs</a>
              <a href="/#demo">Live demo</a>
              {canSignUp && <a href="/signup">Sign up</a>}
            </nav>
          </header>
          <div class="frame">
            <Sections current={section} shell={shell} />
            <main id="main" tabindex={-1}>
              <DemoLine canSignUp={canSignUp} />
              <h1>{title}</h1>
              {children}
            </main>
          </div>
        </body>
      </html>
    </>
  );
}

function DemoLine({ canSignUp }: Pick<DemoLayoutProps, "canSignUp">): Html {
  return (
    <p class="demo-line">
      <b>Generated data.</b> The organisation is invented: nobody has asked or decided any of this, none of it
      is in the log, and nothing can be changed here. <a href="/#demo">Approve something yourself</a>
      {canSignUp && (
        <>
          {" or "}
          <a href="/signup">create an organisation</a>
        </>
      )}
      .
    </p>
  );
}

/** Without downloads: there is nothing that a file could prove. The invented organisation has no policies. */
function Sections({ current, shell }: { readonly current: Section | null; readonly shell: Shell }): Html {
  return (
    <aside class="side" aria-label="Organisation">
      <p class="account">
        <b>{shell.organisation}</b>
        <br />
        as an {shell.role} sees it
      </p>
      <SectionLinks current={current} role={shell.role} without={["policies", "export"]} />
    </aside>
  );
}
