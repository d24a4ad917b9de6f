import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from "@modelcontextprotocol/server";
import { readMessage } from "../../src/http/mcp/mcp-message.ts";
import { hostRefusal, rejectionResponse, serveMessage } from "../../src/http/mcp/mcp-transport.ts";
import { DeliveryWatch } from "../../src/http/mcp/delivery-watch.ts";
import { askContext, ASKING_TOOLS, STATE } from "./asking.ts";
import { described, PROMPTS, promptOf, RESOURCES, CONSTANT_TOOLS, text } from "./content.ts";

// The MCP endpoint with the suite's tools instead of ours. It uses the same strict parser, host check, handler and
// watched stream.

const PAUSE_MILLISECONDS = 50;

const CONTEXT_TOOLS: Readonly<Record<string, (context: ServerContext) => Promise<void>>> = {
  async test_tool_with_progress({ mcpReq }) {
    const token = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (token !== undefined) {
        const params = { progressToken: token, progress, total: 100 };
        await mcpReq.notify({ method: "notifications/progress", params });
      }
      await scheduler.wait(PAUSE_MILLISECONDS);
    }
  },
  async test_tool_with_logging({ mcpReq }) {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
      await scheduler.wait(PAUSE_MILLISECONDS);
    }
  },
};

const NAMES = [CONSTANT_TOOLS, CONTEXT_TOOLS, ASKING_TOOLS].flatMap((tools) => Object.keys(tools));

function invalidParams(message: string, data?: unknown): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message, data);
}

function createFixture(): Server {
  const server = new Server(
    { name: "fixture", version: "1.0.0" },
    {
      capabilities: {
        tools: {},
        prompts: {},
        resources: { subscribe: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: (state, context) => STATE.verify(state, context) },
    },
  );
  server.setRequestHandler("tools/list", () => ({ tools: NAMES.map(described) }));
  server.setRequestHandler("tools/call", async ({ params: { name } }, context) => {
    const result = CONSTANT_TOOLS[name];
    if (result) return result;
    const ask = ASKING_TOOLS[name];
    if (ask) return ask(context);
    const run = CONTEXT_TOOLS[name];
    if (!run) throw invalidParams(`there is no tool ${name}`);
    await run(context);
    return { content: [text("done")] };
  });
  server.setRequestHandler("prompts/list", () => ({ prompts: PROMPTS }));
  server.setRequestHandler("prompts/get", ({ params: { name, arguments: input } }, context) => {
    if (name === "test_input_required_result_prompt") {
      return askContext(context) ?? { messages: [{ role: "user", content: text("With context.") }] };
    }
    const prompt = promptOf(name, input);
    if (!prompt) throw invalidParams(`there is no prompt ${name}`);
    return prompt;
  });
  server.setRequestHandler("resources/list", () => ({ resources: [...RESOURCES] }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [{ uriTemplate: "test://template/{id}/data", name: "template", description: "By id" }],
  }));
  server.setRequestHandler("resources/read", ({ params: { uri } }) => {
    const resource = RESOURCES.find((one) => one.uri === uri);
    if (resource) return { contents: [resource] };
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id === undefined) throw invalidParams("Resource not found", { uri });
    const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { contents: [{ uri, mimeType: "application/json", text: data }] };
  });
  for (const method of ["resources/subscribe", "resources/unsubscribe"] as const)
    server.setRequestHandler(method, () => ({}));
  server.setRequestHandler("completion/complete", () => ({
    completion: { values: ["paris", "park"], total: 2, hasMore: false },
  }));
  return server;
}

export default {
  async fetch(request: Request): Promise<Response> {
    const foreign = hostRefusal(request, "http://localhost");
    if (foreign) return rejectionResponse(foreign);
    if (request.method !== "POST") return new Response(null, { status: 405, headers: { allow: "POST" } });
    const message = await readMessage(request);
    if (!message.ok) return rejectionResponse(message.refusal);
    const deliveryWatch = new DeliveryWatch(async () => undefined);
    return deliveryWatch.watch(await serveMessage(request, message.value.body, createFixture));
  },
};
