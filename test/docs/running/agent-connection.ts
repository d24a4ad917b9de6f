import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** Connects as an agent with these settings would, and returns the names of the tools that it sees. */
export async function listTools(
  address: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const client = new Client({ name: "documents", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } }));
  const { tools } = await client.listTools();
  await client.close();
  if (tools.length === 0) throw new Error(`the agent sees no tools at ${address}`);
  return tools.map((tool) => tool.name);
}
