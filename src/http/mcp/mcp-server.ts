import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type CallToolResult,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/encoding/strict-json.ts";
import type { Refusal } from "../../core/refusal.ts";
import { deskFailure } from "../desk/desk-failure.ts";
import { logError } from "../log-error.ts";
import type { FieldError } from "../problem.ts";
import { VERSION } from "../version.ts";
import { TOOLS } from "./tool-definitions.ts";
import type { ToolCall } from "./tool-handlers.ts";
import { refusalResult } from "./tool-results.ts";

// The protocol's server for one request: it lists the tools that the key may use, and runs the calls of them.

const INSTRUCTIONS =
  "Before anything that can't be undone (deploy, pay, delete, message, grant), call request_human_approval with the exact payload, and act only if it or get_approval returns approved=true. Everything else means NO. If a call times out, repeat it with identical arguments: it finds the decision, and nobody is asked twice.";

/** What is known of an HTTP request before the protocol reads its message. */
type McpRequest = Omit<ToolCall, "message" | "progress"> & {
  readonly scopes: ReadonlySet<string>;
  /** Why the tool's arguments were refused, if they were. */
  readonly argumentsRefusal: Refusal | undefined;
};

export function createServer(request: McpRequest): Server {
  const server = new Server(
    { name: "countersign", title: "Countersign", version: VERSION },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const { scopes } = request;
  server.setRequestHandler("tools/list", () => ({
    tools: TOOLS.filter(({ scope }) => scopes.has(scope)).map(({ description }) => description),
  }));
  server.setRequestHandler("tools/call", ({ params }, context) =>
    callTool(request, params.name, (params.arguments ?? {}) as JsonValue, context),
  );
  return server;
}

async function callTool(
  request: McpRequest,
  name: string,
  input: JsonValue,
  { mcpReq }: ServerContext,
): Promise<CallToolResult> {
  const tool = TOOLS.find(({ description }) => description.name === name);
  if (tool === undefined)
    throw invalidParams(`there is no tool of this name; this key can use ${toolNamesFor(request)}`);
  if (!request.scopes.has(tool.scope)) {
    throw invalidParams(`this API key lacks the scope ${tool.scope}, which ${name} needs`);
  }
  if (request.argumentsRefusal) return refusalResult(request.argumentsRefusal);
  if (!isJsonObject(input)) throw invalidParams("arguments must be an object");
  const run = tool.prepare(input);
  if (!run.ok) throw invalidParams(textOf(run.errors), run.errors);
  const token = mcpReq._meta?.progressToken;
  try {
    return await run.value({
      ...request,
      message: JSON.stringify(mcpReq.id),
      progress:
        token === undefined
          ? undefined
          : (progress, total) =>
              mcpReq.notify({
                method: "notifications/progress",
                params: { progressToken: token, progress, total, message: "Waiting for a person to decide" },
              }),
    });
  } catch (error) {
    logError(request.context.get("requestId"), error);
    return refusalResult(deskFailure(error) ?? { code: "internal_error", detail: "" });
  }
}

/** JSON-RPC's "invalid params": the tool has not run. */
function invalidParams(message: string, errors: readonly FieldError[] = []): ProtocolError {
  const data: JsonObject = { code: "validation_failed", errors: errors.map((error) => ({ ...error })) };
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `${message}. Nothing was asked and nothing is approved.`,
    data,
  );
}

function textOf(errors: readonly FieldError[]): string {
  return errors.map(({ path, detail }) => `${path === "" ? "the arguments" : path} ${detail}`).join("; ");
}

function toolNamesFor({ scopes }: McpRequest): string {
  const names = TOOLS.filter(({ scope }) => scopes.has(scope)).map(({ description }) => description.name);
  return names.length > 0 ? names.join(", ") : "no tool; use a key that has a scope for one";
}
