import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type CallToolResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/encoding/strict-json.ts";
import type { Refusal } from "../../core/refusal.ts";
import { logError } from "../log-error.ts";
import type { FieldError } from "../problem.ts";
import { VERSION } from "../version.ts";
import { refusedWith, type ToolCall } from "./tool-handlers.ts";
import { TOOLS } from "./tool-definitions.ts";

// The protocol's server for one request: the tools that the key may use, and what calls of them come to.

const INSTRUCTIONS =
  "Before anything that can't be undone (deploy, pay, delete, message, grant), call request_human_approval with the exact payload, and act only if it or get_approval returns approved=true. Everything else means NO. If a call times out, repeat it with identical arguments: it finds the decision and asks nobody twice.";

/** Everything that came with the HTTP request, before the protocol was looked at. */
export type Visit = Omit<ToolCall, "caller" | "progress"> & {
  readonly unreadable: Refusal | undefined;
  readonly requestId: string;
};

export function serverFor(visit: Visit): Server {
  const server = new Server(
    { name: "countersign", title: "Countersign", version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const { scopes } = visit.principal;
  server.setRequestHandler("tools/list", () => ({
    tools: TOOLS.filter(({ scope }) => scopes.has(scope)).map(({ described }) => described),
  }));
  server.setRequestHandler("tools/call", ({ params }, context) =>
    called(visit, params.name, (params.arguments ?? {}) as JsonValue, context),
  );
  return server;
}

async function called(
  visit: Visit,
  name: string,
  given: JsonValue,
  { mcpReq }: ServerContext,
): Promise<CallToolResult> {
  const tool = TOOLS.find(({ described }) => described.name === name);
  if (tool === undefined) throw mistaken(`there is no tool of this name; there are ${namesFor(visit)}`);
  if (!visit.principal.scopes.has(tool.scope)) {
    throw mistaken(`this API key lacks the scope ${tool.scope}, which ${name} needs`);
  }
  if (visit.unreadable) return refusedWith(visit.unreadable);
  if (!isJsonObject(given)) throw mistaken("arguments must be an object");
  const begun = tool.begin(given);
  if (!begun.ok) throw mistaken(wordsOf(begun.errors), begun.errors);
  const token = mcpReq._meta?.progressToken;
  try {
    return await begun.value({
      ...visit,
      caller: { key: visit.principal.key.id, call: JSON.stringify(mcpReq.id) },
      progress:
        token === undefined
          ? undefined
          : (progress, total) =>
              mcpReq.notify({
                method: "notifications/progress",
                params: { progressToken: token, progress, total, message: "Waiting for a person to decide" },
              }),
    });
  } catch (problem) {
    logError(visit.requestId, problem);
    return refusedWith({ code: "internal_error", detail: "" });
  }
}

/** JSON-RPC's "invalid params": the call was never made. */
function mistaken(words: string, errors: readonly FieldError[] = []): ProtocolError {
  const data: JsonObject = { code: "validation_failed", errors: errors.map((error) => ({ ...error })) };
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `${words}. Nothing was asked and nothing is approved.`,
    data,
  );
}

function wordsOf(errors: readonly FieldError[]): string {
  return errors.map(({ path, detail }) => `${path === "" ? "the arguments" : path} ${detail}`).join("; ");
}

function namesFor({ principal }: Visit): string {
  return TOOLS.filter(({ scope }) => principal.scopes.has(scope))
    .map(({ described }) => described.name)
    .join(", ");
}
