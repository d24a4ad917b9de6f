import { VERSION } from "../version.ts";

/** The description of this MCP server for registries, and for clients that know only its address. */
export function serverJson(origin: string): Readonly<Record<string, unknown>> {
  // A registry accepts a name only from the owner of its domain, which is written in reverse order.
  const domain = new URL(origin).hostname.split(".").toReversed().join(".");
  return {
    $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name: `${domain}/countersign`,
    title: "Countersign",
    description: "Ask a named human to sign an exact action with a passkey before an agent does it.",
    version: VERSION,
    websiteUrl: origin,
    remotes: [
      {
        type: "streamable-http",
        url: `${origin}/mcp`,
        headers: [
          {
            name: "X-Api-Key",
            description: "An API key of your Countersign project",
            isRequired: true,
            isSecret: true,
          },
        ],
      },
    ],
  };
}
