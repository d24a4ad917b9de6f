import { Hono } from "hono";
import { isJsonObject, type JsonObject } from "../../core/encoding/strict-json.ts";
import { refuse } from "../../core/refusal.ts";
import { keyCallerOf, type KeyCaller } from "../desk/key-caller.ts";
import { errorResponse, type HonoEnv } from "../context.ts";
import { answered } from "../desk/desk-answer.ts";
import { limitUnknownKeys } from "../address-limit.ts";
import { HttpRefusal, orRefuse } from "../http-refusal.ts";
import { DeliveryWatch } from "./delivery-watch.ts";
import { readMessage } from "./mcp-message.ts";
import { createServer } from "./mcp-server.ts";
import { hostRefusal, rejectionResponse, serveMessage } from "./mcp-transport.ts";

// The MCP endpoint. It authenticates, then reads the message strictly, and only then passes it to the protocol's
// library. It keeps no state between requests.

export const mcpRoutes = new Hono<HonoEnv>();

mcpRoutes.onError((error, context) =>
  error instanceof HttpRefusal
    ? rejectionResponse(error.refusal, error.headers)
    : errorResponse(error, context),
);

mcpRoutes.all("/", limitUnknownKeys, async (context) => {
  const { raw } = context.req;
  const refusal = hostRefusal(raw, context.get("platform").origin);
  if (refusal) throw new HttpRefusal(refusal);
  // Authentication comes before any other answer: a client that is led to OAuth drops the header that it was given.
  const caller = await keyCallerOf(context);
  const { desk, key } = caller;
  const { scopes } = answered(context, await desk().identify(key, null));
  if (raw.method !== "POST")
    orRefuse(refuse("method_not_allowed", "send each JSON-RPC message as a POST"), { allow: "POST" });
  const { body, argumentsRefusal } = orRefuse(await readMessage(raw));
  await handleCancellation(caller, body);
  const deliveryWatch = new DeliveryWatch(
    async (delivery) => void (await desk().undoDelivery(key, delivery)),
  );
  const request = {
    context,
    desk,
    key,
    scopes: new Set(scopes),
    deliveryWatch,
    argumentsRefusal,
  };
  const response = await serveMessage(raw, body, () => createServer(request));
  // A client that disconnects ends the request, but its delivery must still be undone.
  context.executionCtx.waitUntil(deliveryWatch.ended);
  return deliveryWatch.watch(response);
});

/** A client that gives up says so in a message of its own. It ends only calls that were made with the same key. */
async function handleCancellation({ desk, key }: KeyCaller, body: JsonObject): Promise<void> {
  if (body["method"] !== "notifications/cancelled") return;
  const { params } = body;
  if (params === undefined || !isJsonObject(params) || params["requestId"] === undefined) return;
  await desk().abandonWait(key, { message: JSON.stringify(params["requestId"]) });
}
