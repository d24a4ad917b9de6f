import { Hono } from "hono";
import { takeBack } from "../../app/confirmation/deduplicate.ts";
import { hangUp } from "../../app/sealing/request-sealing.ts";
import { principalOf, type Principal } from "../../app/account/api-keys.ts";
import type { Runtime } from "../../app/runtime.ts";
import { isJsonObject, type JsonObject } from "../../core/encoding/strict-json.ts";
import { refuse } from "../../core/refusal.ts";
import type { HonoEnv } from "../context.ts";
import { readMessage } from "./mcp-message.ts";
import { foreignPlace, rejected, served } from "./mcp-protocol.ts";
import { serverFor } from "./mcp-server.ts";
import { Answering } from "./delivery-watch.ts";

// The agents' door: who asks comes first, then the message is read strictly, and only then the protocol's
// library has it. It keeps nothing between two requests.

export const mcp = new Hono<HonoEnv>();

mcp.all("/", async (context) => {
  const { raw } = context.req;
  const runtime = context.get("runtime");
  const foreign = foreignPlace(raw, runtime.origin);
  if (foreign) return rejected(foreign);
  // Before any other answer: a client that is led to OAuth drops the header that it was given.
  const principal = await principalOf(runtime, context.req.header("x-api-key"));
  if (!principal.ok) return rejected(principal.refusal);
  if (raw.method !== "POST") {
    return rejected(refuse("method_not_allowed", "send each JSON-RPC message as a POST").refusal, {
      allow: "POST",
    });
  }
  const message = await readMessage(raw);
  if (!message.ok) return rejected(message.refusal);
  const { body, unreadable } = message.value;
  await heedHangUp(runtime, principal.value, body);
  const answering = new Answering((delivery) => takeBack(principal.value.store, delivery));
  const visit = {
    runtime,
    principal: principal.value,
    answering,
    unreadable,
    requestId: context.get("requestId"),
  };
  const response = answering.watch(await served(raw, body, () => serverFor(visit)));
  // A client that hangs up ends the request; what is to be put back then must still be done.
  context.executionCtx.waitUntil(answering.ended);
  return response;
});

/** A client that gave up says so in a call of its own; in this way no other call of its key is ended. */
async function heedHangUp(runtime: Runtime, { store, key }: Principal, body: JsonObject): Promise<void> {
  if (body["method"] !== "notifications/cancelled") return;
  const { params } = body;
  if (params === undefined || !isJsonObject(params) || params["requestId"] === undefined) return;
  await hangUp(runtime, store.tenantId, { key: key.id, call: JSON.stringify(params["requestId"]) });
}
