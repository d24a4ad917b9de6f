import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
} from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect } from "vitest";
import { newKey } from "../../../src/app/account/create-tenant.ts";
import type { Scope } from "../../../src/app/account/api-keys.ts";
import { createRuntime } from "../../../src/app/create-runtime.ts";
import { send as post, type Era, type Posted } from "../../support/mcp-messages.ts";
import type { Fetch } from "../../support/browser-client.ts";
import { bindings, fetchWorker, ORIGIN, type Company } from "./worker-fixture.ts";
import { rows } from "./database-rows.ts";

// An agent at the MCP door: the real clients of both eras, and what it does there.

/** What a tool gave. */
export interface Told {
  // eslint-disable-next-line typescript/no-explicit-any -- whatever was answered; the tests say what they expect
  readonly told: any;
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
  readonly call: (name: string, given: Record<string, unknown>, options?: CallOptions) => Promise<Told>;
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
  const whoever = { name: "test-agent", version: "1.0.0" };
  const client =
    era === "old" ? new OldClient(whoever) : new NewClient(whoever, { versionNegotiation: { mode: "auto" } });
  const transport = era === "old" ? new OldTransport(address, how) : new NewTransport(address, how);
  await (client as NewClient).connect(transport);
  return {
    era,
    version: (transport as NewTransport).protocolVersion,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, given, options = {}) => {
      const asked = { name, arguments: given };
      const result =
        client instanceof OldClient
          ? await client.callTool(asked, undefined, options)
          : await client.callTool(asked, options);
      const [first] = result.content as { type: string; text: string }[];
      return { told: result.structuredContent, text: first?.text ?? "", isError: result.isError === true };
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

/** Whatever else it says. */
export function expectNoYes({ status, text }: Posted): void {
  expect(status).toBeLessThan(500);
  expect(text.replaceAll(/\\+"/g, '"')).not.toMatch(/"approved":(?!false)/);
}

let asked = 0;

/** Something that nobody has asked for yet. */
export function anew(more: object = {}): Record<string, unknown> & { action: string } {
  return {
    action: `Deploy ${++asked}`,
    payload: { service: "api", sha: `${asked}` },
    approver_username: "alex",
    wait_seconds: 0,
    ...more,
  };
}

/** The ids of the requests with this action, oldest first. */
export async function idsOf(action: unknown): Promise<readonly string[]> {
  const found = await rows("SELECT id FROM confirmations WHERE action = ?1 ORDER BY id", String(action));
  return found.map(({ id }) => String(id));
}

/** The id of a request that is just being made by a call which still waits. */
export async function idSoon(action: unknown): Promise<string> {
  for (let tried = 0; tried < 200; tried++) {
    const [id] = await idsOf(action);
    if (id !== undefined) return id;
    await scheduler.wait(10);
  }
  throw new Error(`nobody asked for ${String(action)}`);
}

/** Another key of the company's own project. */
export async function keyOf({ store }: Company, scopes: readonly Scope[]): Promise<string> {
  const [project] = await rows("SELECT id FROM projects WHERE tenant_id = ?1", store.tenantId);
  return newKey(createRuntime(bindings), store, String(project?.["id"]), "Another key", scopes);
}
