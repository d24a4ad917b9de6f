import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Html } from "../console/html-text.ts";
import { HeadStart } from "../console/layout.tsx";

// What surrounds every public page. It works without JavaScript, and sets no cookie.

export type SiteSection = "docs" | "security" | "pricing";

const SECTIONS: readonly { readonly section: SiteSection; readonly href: string; readonly text: string }[] = [
  { section: "docs", href: "/docs", text: "Docs" },
  { section: "security", href: "/security", text: "Security" },
  { section: "pricing", href: "/pricing", text: "Pricing" },
];

/** Who looks at the page. Null: the page is the same for everybody, so it does not know. */
export interface Visitor {
  readonly isSignedIn: boolean;
  readonly canSignUp: boolean;
  /** Whether the deployment lets visitors try the product in a demo organisation. */
  readonly hasDemo: boolean;
}

export interface SitePage {
  /** For the tab and for search engines, without the product's name. */
  readonly title: string;
  /** One sentence for search engines and for previews in chats. */
  readonly description: string;
  readonly path: string;
  readonly origin: string;
  readonly section: SiteSection | null;
  readonly visitor: Visitor | null;
  /** Modules of the page, such as "/reader.js". */
  readonly scripts?: readonly string[];
  readonly styles?: readonly string[];
  readonly children?: Child;
}

export function SiteLayout(page: SitePage): Html {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <SiteHead {...page} />
        <body class="site">
          <a class="skip" href="#main">
            Skip to the content
          </a>
          <SiteHeader section={page.section} visitor={page.visitor} />
          <main id="main" tabindex={-1}>
            {page.children}
          </main>
          <SiteFooter />
        </body>
      </html>
    </>
  );
}

function SiteHead({ title, description, path, origin, scripts = [], styles = [] }: SitePage): Html {
  const fullTitle = path === "/" ? title : `${title} · Countersign`;
  return (
    <head>
      <HeadStart />
      <link rel="apple-touch-icon" href="/icon-192.png" />
      <link rel="canonical" href={origin + path} />
      <link rel="preload" href="/inter.woff2" as="font" type="font/woff2" crossorigin="" />
      {["/style.css", "/site.css", ...styles].map((href) => (
        <link rel="stylesheet" href={href} />
      ))}
      <title>{fullTitle}</title>
      <meta name="description" content={description} />
      <meta property="og:title" content={fullTitle} />
      <meta property="og:description" content={description} />
      <meta property="og:type" content="website" />
      <meta property="og:url" content={origin + path} />
      <meta property="og:image" content={`${origin}/social.png`} />
      <meta name="twitter:card" content="summary_large_image" />
      {scripts.map((src) => (
        <script type="module" src={src}></script>
      ))}
    </head>
  );
}

function SiteHeader({ section, visitor }: Pick<SitePage, "section" | "visitor">): Html {
  return (
    <header>
      <Brand />
      <nav class="sections" aria-label="Site">
        {SECTIONS.map(({ section: name, href, text }) => (
          <a href={href} aria-current={name === section ? "page" : undefined}>
            {text}
          </a>
        ))}
      </nav>
      <nav class="account-links" aria-label="Account">
        <AccountLinks visitor={visitor} />
      </nav>
    </header>
  );
}

function AccountLinks({ visitor }: Pick<SitePage, "visitor">): Html {
  if (visitor?.isSignedIn === true)
    return (
      <>
        <a href="/console">Console</a>
        <a class="button small" href="/inbox">
          Inbox
        </a>
      </>
    );
  return (
    <>
      <a href="/inbox">Sign in</a>
      {visitor?.canSignUp === true && (
        <a class="button small primary" href="/signup">
          Sign up
        </a>
      )}
    </>
  );
}

function Brand(): Html {
  return (
    <a class="brand" href="/">
      <img src="/favicon.svg" alt="" width="22" height="22" />
      Countersign
    </a>
  );
}

const FOOTER: readonly { readonly title: string; readonly links: readonly (readonly [string, string])[] }[] =
  [
    {
      title: "Product",
      links: [
        ["/docs", "Docs"],
        ["/demo", "Demo console"],
        ["/pricing", "Pricing"],
        ["/docs/changelog", "Changelog"],
        ["/status", "Status"],
      ],
    },
    {
      title: "Trust",
      links: [
        ["/security", "Security"],
        ["/verify", "Check an approval"],
        ["/docs/formats", "Formats"],
        ["/log/policy.txt", "The log’s policy"],
        ["/.well-known/security.txt", "Report a flaw"],
      ],
    },
    {
      title: "Legal",
      links: [
        ["/privacy", "Privacy"],
        ["/terms", "Terms"],
      ],
    },
  ];

function SiteFooter(): Html {
  return (
    <footer class="site-footer">
      <div class="about">
        <Brand />
        <p>A named person reads it and signs it, before it happens.</p>
      </div>
      {FOOTER.map(({ title, links }) => (
        <nav aria-label={title}>
          <b>{title}</b>
          {links.map(([href, text]) => (
            <a href={href}>{text}</a>
          ))}
        </nav>
      ))}
    </footer>
  );
}
