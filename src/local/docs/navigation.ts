// Which documents are pages of /docs, in which order. A file's name is its address.

export interface DocumentGroup {
  readonly title: string;
  /** Names of files in web/docs and its folders, without ".md". */
  readonly names: readonly string[];
}

export const NAVIGATION: readonly DocumentGroup[] = [
  { title: "Start", names: ["quickstart", "how-it-works", "agents", "api"] },
  {
    title: "Guides",
    names: [
      "approvers",
      "policies",
      "ci",
      "people",
      "roles",
      "console",
      "plans",
      "notices",
      "webhooks",
      "verify",
    ],
  },
  { title: "Reference", names: ["security", "formats"] },
  {
    title: "Run it",
    names: [
      "self-hosting",
      "operating",
      "architecture",
      "storage",
      "benchmarks",
      "contributing",
      "changelog",
    ],
  },
];
