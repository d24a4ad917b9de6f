import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { isMember } from "../../src/core/account/members.ts";
import { roleHas, type Right } from "../../src/core/account/rights.ts";
import type { Notice, SentForm, Shell } from "../../src/core/pages/console.ts";
import type { Html } from "./html-text.ts";

// What surrounds every page of the console.

/** Draws one page from its data. `sent` is a form that is shown again, with what was wrong. */
export type View<Data> = (props: {
  readonly data: Data;
  readonly shell: Shell;
  readonly sent: SentForm | null;
}) => Html;

export type Section =
  | "start"
  | "requests"
  | "figures"
  | "people"
  | "policies"
  | "projects"
  | "webhooks"
  | "usage"
  | "trail"
  | "export"
  | "settings"
  // A page of the person, not of the organisation.
  | "notices";

const SECTIONS: readonly {
  readonly section: Section;
  readonly href: string;
  readonly text: string;
  readonly right: Right;
}[] = [
  { section: "start", href: "/console", text: "Overview", right: "usage.read" },
  { section: "requests", href: "/console/requests", text: "Requests", right: "requests.read" },
  { section: "people", href: "/console/people", text: "People", right: "people.read" },
  { section: "policies", href: "/console/policies", text: "Policies", right: "policies.read" },
  { section: "projects", href: "/console/projects", text: "Projects and keys", right: "projects.read" },
  { section: "webhooks", href: "/console/webhooks", text: "Webhooks", right: "webhooks.read" },
  { section: "figures", href: "/console/figures", text: "Figures", right: "requests.read" },
  { section: "usage", href: "/console/usage", text: "Plan and usage", right: "usage.read" },
  { section: "trail", href: "/console/trail", text: "Audit trail", right: "trail.read" },
  { section: "export", href: "/console/export", text: "Export", right: "history.export" },
  { section: "settings", href: "/console/settings", text: "Settings", right: "settings.read" },
];

/** Where a page asks for the version of what it shows, and which one it has. */
export interface Live {
  readonly href: string;
  readonly version: string;
}

interface LayoutProps {
  readonly title: string;
  readonly section: Section | null;
  readonly shell: Shell;
  readonly live?: Live | null | undefined;
  readonly children?: Child;
}

export function ConsoleLayout({ title, section, shell, live, children }: LayoutProps): Html {
  const isOwn = section === "notices";
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <Head title={`${title} · ${shell.organisation} · Countersign`} />
        <body class="console">
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <header>
            <a class="brand" href={isMember(shell.role) ? "/console" : "/inbox"}>
              <img src="/favicon.svg" alt="" />
              Countersign
            </a>
            <nav aria-label="Your pages">
              <a href="/inbox">Inbox</a>
              <a href="/devices">Passkeys</a>
              <a href="/notices" aria-current={isOwn ? "page" : undefined}>
                Notices
              </a>
              {isMember(shell.role) && (
                <a href="/console" aria-current={isOwn ? undefined : "true"}>
                  Console
                </a>
              )}
              <button id="signout" type="button" class="plain-button">
                Sign out
              </button>
            </nav>
          </header>
          <div class={isOwn ? "frame own" : "frame"}>
            {isMember(shell.role) && !isOwn && <Sections current={section} shell={shell} />}
            <main id="main" tabindex={-1} data-live={live?.href} data-version={live?.version}>
              {shell.notices.map((notice) => (
                <NoticeLine notice={notice} />
              ))}
              <h1>{title}</h1>
              {children}
            </main>
          </div>
          <p id="connection" class="connection" role="status"></p>
        </body>
      </html>
    </>
  );
}

/** What every page's head begins with. web/parts/head.html has the same for the pages that are files. */
export function HeadStart(): Html {
  return (
    <>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f7f9" />
      <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#101216" />
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    </>
  );
}

function Head({ title }: { readonly title: string }): Html {
  return (
    <head>
      <HeadStart />
      <link rel="manifest" href="/app.webmanifest" />
      <link rel="apple-touch-icon" href="/icon-192.png" />
      <link rel="stylesheet" href="/style.css" />
      <link rel="stylesheet" href="/values.css" />
      <link rel="stylesheet" href="/console.css" />
      <title>{title}</title>
      <script type="module" src="/console.js"></script>
    </head>
  );
}

function Sections({ current, shell }: { readonly current: Section | null; readonly shell: Shell }): Html {
  return (
    <aside class="side" aria-label="Organisation">
      <p class="account">
        <b>
          <bdi>{shell.organisation}</bdi>
        </b>
        <br />
        <bdi>{shell.username}</bdi>, {shell.role}
      </p>
      <SectionLinks current={current} role={shell.role} />
    </aside>
  );
}

interface SectionLinksProps {
  readonly current: Section | null;
  readonly role: Shell["role"];
  /** Those that are not shown. */
  readonly without?: readonly Section[];
}

/** The sections that somebody with this role may read. */
export function SectionLinks({ current, role, without = [] }: SectionLinksProps): Html {
  const shown = SECTIONS.filter(({ section, right }) => !without.includes(section) && roleHas(role, right));
  return (
    <nav aria-label="Console">
      {shown.map(({ section, href, text }) => (
        <a href={href} aria-current={section === current ? "page" : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}

function NoticeLine({ notice: { kind, text, link } }: { readonly notice: Notice }): Html {
  return (
    <p class={kind === "warning" ? "note" : "card quiet"}>
      {text} {link && <a href={link.href}>{link.text}</a>}
    </p>
  );
}
