import type { Fetch } from "./browser-client.ts";

// Raw messages to the MCP endpoint, in the form of both eras of the protocol.

export type Era = "old" | "new";
export const ERAS: readonly Era[] = ["old", "new"];

const NEWEST = "2026-07-28";
const META = "io.modelcontextprotocol/";

/** The metadata of each message of the new era. */
export const ENVELOPE = {
  [`${META}protocolVersion`]: NEWEST,
  [`${META}clientInfo`]: { name: "test-agent", version: "1.0.0" },
  [`${META}clientCapabilities`]: {},
};

/** A call of a tool as a client of this era would send it. */
export function message(era: Era, name: string, input: unknown, id: string | number = 1): object {
  const params = { name, arguments: input, ...(era === "new" ? { _meta: ENVELOPE } : {}) };
  return { jsonrpc: "2.0", id, method: "tools/call", params };
}

export function headersOf(era: Era, name: string, method = "tools/call"): Record<string, string> {
  return {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...(era === "new"
      ? { "mcp-protocol-version": NEWEST, "mcp-method": method, ...(name === "" ? {} : { "mcp-name": name }) }
      : { "mcp-protocol-version": "2025-11-25" }),
  };
}

export interface Posted {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The answer to the message, from a stream or not. */
  // eslint-disable-next-line typescript/no-explicit-any -- any answer; the tests state what they expect
  readonly answer: any;
}

/** One HTTP request, read to its end. */
export async function send(
  apiKey: string,
  body: string | object | undefined,
  headers: Record<string, string>,
  { fetch, url, method = "POST" }: { readonly fetch: Fetch; readonly url: string; readonly method?: string },
): Promise<Posted> {
  const response = await fetch(url, {
    method,
    headers: { ...(apiKey === "" ? {} : { "x-api-key": apiKey }), ...headers },
    redirect: "manual",
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    answer: answerIn(response.headers, text),
  };
}

function answerIn(headers: Headers, text: string): unknown {
  if (headers.get("content-type")?.startsWith("text/event-stream") !== true)
    return text.startsWith("{") ? JSON.parse(text) : undefined;
  const messages = text.split("\n").flatMap((line) => {
    const data = /^data: ?(\{.*)$/.exec(line)?.[1];
    return data === undefined ? [] : [JSON.parse(data) as { id?: unknown }];
  });
  return messages.find((one) => "id" in one && !("method" in one));
}
