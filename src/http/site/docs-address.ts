// Addresses below /docs that pages have elsewhere, or had.

/** Names that people try, and those of today. The empty name is /docs itself. */
export const MOVED_NAMES: Readonly<Record<string, string>> = {
  docs: "",
  index: "",
  readme: "",
  agent: "agents",
  mcp: "agents",
  backends: "api",
  openapi: "api",
  rest: "api",
  deploy: "operating",
  notifications: "notices",
  pricing: "plans",
  spec: "formats",
  verification: "verify",
  webhook: "webhooks",
};

/**
 * Where the page of this address is; undefined if there is none. `path` is what follows "/docs/". It may be the name of
 * a file in the repository, in any case: "sending/webhooks.md", "API.html", "webhooks/".
 */
export function movedAddress(path: string, names: readonly string[]): string | undefined {
  // Split, since an expression that looks for the end from each start takes a second for a long path.
  const file =
    path
      .toLowerCase()
      .split("/")
      .findLast((part) => part !== "") ?? "";
  const ending = [".html", ".md"].find((known) => file.endsWith(known)) ?? "";
  const last = file.slice(0, file.length - ending.length);
  const name = Object.hasOwn(MOVED_NAMES, last) ? (MOVED_NAMES[last] ?? "") : last;
  if (name === "") return last === "" && path !== "" ? undefined : "/docs";
  return names.includes(name) ? `/docs/${name}${ending === ".md" ? ending : ""}` : undefined;
}
