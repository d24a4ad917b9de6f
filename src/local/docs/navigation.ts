// Which documents are pages of /docs, in which order. A file's name is its address, whatever folder it is in.

interface NavigationGroup {
  readonly title: string;
  readonly documents: readonly NavigationEntry[];
}

export interface NavigationEntry {
  /** The name of a file in web/docs or a folder of it, without ".md", or of a generated document. */
  readonly name: string;
  /** In the navigation. Without it the document's own title. */
  readonly title?: string;
}

export const NAVIGATION: readonly NavigationGroup[] = [
  { title: "Start", documents: [{ name: "quickstart" }, { name: "how-it-works" }] },
  {
    title: "Guides",
    documents: [
      { name: "approvers", title: "For approvers" },
      { name: "agents", title: "Agents (MCP)" },
      { name: "api", title: "Backends (REST)" },
      { name: "ci", title: "CI/CD" },
      { name: "webhooks" },
      { name: "notices" },
      { name: "policies" },
      { name: "rules" },
      { name: "people" },
      { name: "roles" },
      { name: "console" },
      { name: "plans" },
      { name: "verify", title: "Verify a receipt" },
    ],
  },
  {
    title: "Reference",
    documents: [
      { name: "rest-reference", title: "REST" },
      { name: "mcp-reference", title: "MCP" },
      { name: "errors" },
      { name: "formats" },
    ],
  },
  {
    title: "Trust",
    documents: [
      { name: "security", title: "Security model" },
      { name: "architecture" },
      { name: "storage" },
      { name: "benchmarks" },
    ],
  },
  {
    title: "Run it",
    documents: [
      { name: "self-hosting" },
      { name: "operating", title: "Operating" },
      { name: "contributing" },
      { name: "changelog" },
    ],
  },
];

/** Documents about a start on one's own machine: the local address in them is meant, and stays. */
export const KEEPS_LOCAL_ADDRESS: readonly string[] = ["contributing", "self-hosting"];
