import type { DocsGroup } from "../../core/docs/docs-index.ts";
import { BUILT_ORIGIN } from "../../core/docs/shown-origin.ts";

// What crawlers and agents read about the site.

/** Public pages besides the documentation. */
const PAGES = ["/", "/docs", "/security", "/pricing", "/verify", "/demo", "/status", "/privacy", "/terms"];

/** What only the people and programs of an organisation use, and the files of the log: there are very many. */
const PRIVATE = [
  "/api/",
  "/approve/",
  "/console",
  "/devices",
  "/enrol",
  "/inbox",
  "/log/",
  "/mcp",
  "/notices",
  "/public/",
  "/signup",
  "/unsubscribe/",
];

/** As https://llmstxt.org describes it: every document as Markdown, for programs that read. */
export function llmsTxt(groups: readonly DocsGroup[]): string {
  const lists = groups.map(({ title, pages }) => {
    const links = pages.map(
      ({ name, title: page, description }) => `- [${page}](${BUILT_ORIGIN}/docs/${name}.md): ${description}`,
    );
    return `## ${title}\n\n${links.join("\n")}\n`;
  });
  return `# Countersign

> A named person reads the exact action and signs it with a passkey before it happens. Anyone can check the proof.

An agent, a backend or a pipeline asks before it does what can't be undone. Only the status \`approved\` allows the action; pending, rejected, expired, cancelled, an error and a timeout all mean no.

- Agents connect over MCP (Streamable HTTP) to ${BUILT_ORIGIN}/mcp with an API key in the header \`X-Api-Key\`. The tool \`request_human_approval\` asks; \`consume_approval\` uses an approval once, right before the action, with exactly its payload.
- Backends use REST with the same key: ${BUILT_ORIGIN}/openapi.json
- A person of the organisation creates the key in the console, and decides with a passkey. A key never decides.

${lists.join("\n")}`;
}

export function sitemap(groups: readonly DocsGroup[]): string {
  const documents = groups.flatMap(({ pages }) => pages.map(({ name }) => `/docs/${name}`));
  const addresses = [...PAGES, ...documents].map((path) => `<url><loc>${BUILT_ORIGIN}${path}</loc></url>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${addresses.join("\n")}
</urlset>
`;
}

export function robotsTxt(): string {
  const rules = PRIVATE.map((path) => `Disallow: ${path}`);
  return `User-agent: *\n${rules.join("\n")}\n\nSitemap: ${BUILT_ORIGIN}/sitemap.xml\n`;
}
