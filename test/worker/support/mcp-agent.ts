import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
} from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import type { Scope } from "../../../src/core/confirmation/scopes.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { send as post, type Era, type Posted } from "../../support/mcp-messages.ts";
import type { Fetch } from "../../support/browser-client.ts";
import { bindings, fetchWorker, ORIGIN, type Company } from "./worker-fixture.ts";
import { rows } from "./database-rows.ts";

// An agent at the MCP endpoint, with the official clients of both eras.

/** The result of a tool. */
export interface ToolAnswer {
  // eslint-disable-next-line typescript/no-explicit-any -- any answer; the tests state what they expect
  readonly result: any;
  readonly text: string;
  readonly isError: boolean;
}

export interface CallOptions {
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: { progress: number; total?: number | undefined }) => void;
}

export interface Agent {
  readonly era: Era;
  readonly version: string | undefined;
  readonly tools: () => Promise<readonly string[]>;
  readonly call: (name: string, input: Record<string, unknown>, options?: CallOptions) => Promise<ToolAnswer>;
  readonly close: () => Promise<void>;
}

export async function agentOf(
  era: Era,
  apiKey: string,
  fetch: Fetch = fetchWorker,
  origin = ORIGIN,
): Promise<Agent> {
  const address = new URL(`${origin}/mcp`);
  const how = {
    fetch: (url: string | URL, init?: RequestInit) => fetch(String(url), init),
    requestInit: { headers: { "x-api-key": apiKey } },
  };
  const clientInfo = { name: "test-agent", version: "1.0.0" };
  const client =
    era === "old"
      ? new OldClient(clientInfo)
      : new NewClient(clientInfo, { versionNegotiation: { mode: "auto" } });
  const transport = era === "old" ? new OldTransport(address, how) : new NewTransport(address, how);
  await (client as NewClient).connect(transport);
  return {
    era,
    version: (transport as NewTransport).protocolVersion,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, input, options = {}) => {
      const params = { name, arguments: input };
      const answer =
        client instanceof OldClient
          ? await client.callTool(params, undefined, options)
          : await client.callTool(params, options);
      const [first] = answer.content as { type: string; text: string }[];
      return { result: answer.structuredContent, text: first?.text ?? "", isError: answer.isError === true };
    },
    close: async () => client.close(),
  };
}

/** One HTTP request, read to its end. */
export async function send(
  apiKey: string,
  body: string | object | undefined,
  headers: Record<string, string>,
  { url = `${ORIGIN}/mcp`, method = "POST" } = {},
): Promise<Posted> {
  return post(apiKey, body, headers, { fetch: fetchWorker, url, method });
}

/** No approval, and no failure of the server. */
export function expectNoApproval({ status, text }: Posted): void {
  expect(status).toBeLessThan(500);
  expect(text.replaceAll(/\\+"/g, '"')).not.toMatch(/"approved":(?!false)/);
}

let requests = 0;

/** A request that was not made before. */
export function newRequest(more: object = {}): Record<string, unknown> & { action: string } {
  return {
    action: `Deploy ${++requests}`,
    payload: { service: "api", sha: `${requests}` },
    approver_username: "alex",
    wait_seconds: 0,
    ...more,
  };
}

/** The ids of the requests with this action, oldest first. */
export async function idsOf(action: unknown): Promise<readonly string[]> {
  const ids = await rows("SELECT id FROM confirmations WHERE action = ?1 ORDER BY id", String(action));
  return ids.map(({ id }) => String(id));
}

/** The id of a request whose call still waits. Polls until the request exists. */
export async function idSoon(action: unknown): Promise<string> {
  for (let tried = 0; tried < 200; tried++) {
    const [id] = await idsOf(action);
    if (id !== undefined) return id;
    await scheduler.wait(10);
  }
  throw new Error(`there is no request for ${String(action)}`);
}

/** Another key of the company's own project. */
export async function keyOf({ store }: Company, scopes: readonly Scope[]): Promise<string> {
  const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", store.tenantId);
  return newKey(createPlatform(bindings), store, String(project?.["id"]), "Another key", scopes);
}
