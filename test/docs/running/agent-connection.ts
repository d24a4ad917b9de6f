import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** Connects as an agent with these settings would. */
export async function connectAgent(
  address: string,
  headers: Readonly<Record<string, string>>,
): Promise<Client> {
  const client = new Client({ name: "documents", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } }));
  return client;
}

/** The names of the tools that such an agent sees. */
export async function listTools(
  address: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const client = await connectAgent(address, headers);
  const { tools } = await client.listTools();
  await client.close();
  if (tools.length === 0) throw new Error(`the agent sees no tools at ${address}`);
  return tools.map((tool) => tool.name);
}
