import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from "@modelcontextprotocol/server";
import { readMessage } from "../../src/http/mcp/mcp-message.ts";
import { hostRefusal, rejectionResponse, serveMessage } from "../../src/http/mcp/mcp-transport.ts";
import { DeliveryWatch } from "../../src/http/mcp/delivery-watch.ts";
import { askContext, ASKING, STATE } from "./asking.ts";
import { described, PROMPTS, promptOf, RESOURCES, STILL, text } from "./content.ts";

// The agents' door with the suite's own tools behind it instead of ours: the same strict reading, the same
// places, the same handler and the same watched stream.

const PAUSE_MILLISECONDS = 50;

const MOVING: Readonly<Record<string, (context: ServerContext) => Promise<void>>> = {
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

const NAMES = [STILL, MOVING, ASKING].flatMap((tools) => Object.keys(tools));

function mistaken(words: string, data?: unknown): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, words, data);
}

function fixture(): Server {
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
    const still = STILL[name];
    if (still) return still;
    const asks = ASKING[name];
    if (asks) return asks(context);
    const moves = MOVING[name];
    if (!moves) throw mistaken(`there is no tool ${name}`);
    await moves(context);
    return { content: [text("done")] };
  });
  server.setRequestHandler("prompts/list", () => ({ prompts: PROMPTS }));
  server.setRequestHandler("prompts/get", ({ params: { name, arguments: given } }, context) => {
    if (name === "test_input_required_result_prompt") {
      return askContext(context) ?? { messages: [{ role: "user", content: text("With context.") }] };
    }
    const prompt = promptOf(name, given);
    if (!prompt) throw mistaken(`there is no prompt ${name}`);
    return prompt;
  });
  server.setRequestHandler("resources/list", () => ({ resources: [...RESOURCES] }));
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: [{ uriTemplate: "test://template/{id}/data", name: "template", description: "By id" }],
  }));
  server.setRequestHandler("resources/read", ({ params: { uri } }) => {
    const found = RESOURCES.find((one) => one.uri === uri);
    if (found) return { contents: [found] };
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id === undefined) throw mistaken("Resource not found", { uri });
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
    return deliveryWatch.watch(await serveMessage(request, message.value.body, fixture));
  },
};
