import { VERSION } from "../version.ts";

/** How a registry of MCP servers, or a client that knows only our address, learns where and how to connect. */
export function serverJson(origin: string): Readonly<Record<string, unknown>> {
  // A registry takes a name only from whoever controls the domain, read backwards.
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
            description: "A key of your Countersign project",
            isRequired: true,
            isSecret: true,
          },
        ],
      },
    ],
  };
}
