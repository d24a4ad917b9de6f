import { Hono, type MiddlewareHandler } from "hono";
import { undoDelivery } from "../../app/confirmation/deduplicate.ts";
import { abandonWait } from "../../app/sealing/request-sealing.ts";
import type { Principal } from "../../app/account/principal.ts";
import type { Runtime } from "../../app/runtime.ts";
import { isJsonObject, type JsonObject } from "../../core/encoding/strict-json.ts";
import { refuse } from "../../core/refusal.ts";
import { errorResponse } from "../context.ts";
import { HttpRefusal, orRefuse } from "../http-refusal.ts";
import { limitUnknownKeys } from "../address-limit.ts";
import { authenticate, type KeyEnv } from "../api-key-auth.ts";
import { DeliveryWatch } from "./delivery-watch.ts";
import { readMessage } from "./mcp-message.ts";
import { createServer } from "./mcp-server.ts";
import { hostRefusal, rejectionResponse, serveMessage } from "./mcp-transport.ts";

// The MCP endpoint. It authenticates, then reads the message strictly, and only then passes it to the protocol's
// library. It keeps no state between requests.

export const mcpRoutes = new Hono<KeyEnv>();

mcpRoutes.onError((error, context) =>
  error instanceof HttpRefusal
    ? rejectionResponse(error.refusal, error.headers)
    : errorResponse(error, context),
);

const requireOwnHost: MiddlewareHandler<KeyEnv> = async (context, next) => {
  const refusal = hostRefusal(context.req.raw, context.get("runtime").origin);
  if (refusal) throw new HttpRefusal(refusal);
  await next();
};

const requirePost: MiddlewareHandler<KeyEnv> = async (context, next) => {
  if (context.req.method !== "POST")
    orRefuse(refuse("method_not_allowed", "send each JSON-RPC message as a POST"), { allow: "POST" });
  await next();
};

// Authentication comes before any other answer: a client that is led to OAuth drops the header that it was given.
mcpRoutes.all("/", limitUnknownKeys, requireOwnHost, authenticate, requirePost, async (context) => {
  const runtime = context.get("runtime");
  const principal = context.get("principal");
  const { body, argumentsRefusal } = orRefuse(await readMessage(context.req.raw));
  await handleCancellation(runtime, principal, body);
  const deliveryWatch = new DeliveryWatch((delivery) => undoDelivery(principal.store, delivery));
  const request = {
    runtime,
    principal,
    deliveryWatch,
    argumentsRefusal,
    requestId: context.get("requestId"),
  };
  const response = await serveMessage(context.req.raw, body, () => createServer(request));
  // A client that disconnects ends the request, but its delivery must still be undone.
  context.executionCtx.waitUntil(deliveryWatch.ended);
  return deliveryWatch.watch(response);
});

/** A client that gives up says so in a message of its own. It ends only calls that were made with the same key. */
async function handleCancellation(
  runtime: Runtime,
  { store, key }: Principal,
  body: JsonObject,
): Promise<void> {
  if (body["method"] !== "notifications/cancelled") return;
  const { params } = body;
  if (params === undefined || !isJsonObject(params) || params["requestId"] === undefined) return;
  const call = JSON.stringify(params["requestId"]);
  await abandonWait(runtime, store.tenantId, { by: "agent", key: key.id, call });
}
