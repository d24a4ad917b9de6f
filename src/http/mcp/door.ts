import { createMcpHandler, validateHostHeader, validateOriginHeader } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import { takeBack } from "../../app/call.ts";
import { hangUp } from "../../app/clerkcalls.ts";
import { principalOf, type Principal } from "../../app/keys.ts";
import type { World } from "../../app/world.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { refuse, type Refusal } from "../../core/refusal.ts";
import type { Door } from "../context.ts";
import { problemCode, problemKind } from "../refusal.ts";
import { readMessage } from "./body.ts";
import { serverFor } from "./server.ts";
import { Answering, KEEP_ALIVE_MILLISECONDS } from "./watched.ts";

// The agents' door: who asks comes first, then the message is read strictly, and only then the protocol's
// library has it. It keeps nothing between two requests.

export const mcp = new Hono<Door>();

mcp.all("/", async (context) => {
  const { raw } = context.req;
  const world = context.get("world");
  const foreign = foreignPlace(raw, world);
  if (foreign) return rejected(foreign);
  // Before any other answer: a client that is led to OAuth drops the header that it was given.
  const principal = await principalOf(world, context.req.header("x-api-key"));
  if (!principal.ok) return rejected(principal.refusal);
  if (raw.method !== "POST") {
    return rejected(refuse("method_not_allowed", "send each JSON-RPC message as a POST").refusal, {
      allow: "POST",
    });
  }
  const message = await readMessage(raw);
  if (!message.ok) return rejected(message.refusal);
  const { body, unreadable } = message.value;
  await heedHangUp(world, principal.value, body);
  const answering = new Answering((delivery) => takeBack(principal.value.store, delivery));
  const visit = {
    world,
    principal: principal.value,
    answering,
    unreadable,
    requestId: context.get("requestId"),
  };
  const handler = createMcpHandler(() => serverFor(visit), {
    responseMode: "sse",
    keepAliveMs: KEEP_ALIVE_MILLISECONDS,
  });
  const response = answering.watch(await handler.fetch(raw, { parsedBody: body }));
  // A client that hangs up ends the request; what is to be put back then must still be done.
  context.executionCtx.waitUntil(answering.ended);
  return response;
});

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** A name that leads here by somebody else's DNS, or a page of another site that a browser is looking at. */
function foreignPlace(request: Request, { origin }: World): Refusal | undefined {
  const known = [new URL(origin).hostname, ...LOOPBACK];
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const refused = [
    validateHostHeader(new URL(request.url).host, known),
    validateHostHeader(host, known),
    validateOriginHeader(request.headers.get("origin"), known),
  ].find(({ ok }) => !ok);
  return refused && refuse("forbidden_origin", "this Host or Origin is not served here").refusal;
}

/** A client that gave up says so in a call of its own; in this way no other call of its key is ended. */
async function heedHangUp(world: World, { store, key }: Principal, body: JsonObject): Promise<void> {
  if (body["method"] !== "notifications/cancelled") return;
  const { params } = body;
  if (params === undefined || !isJsonObject(params) || params["requestId"] === undefined) return;
  await hangUp(world, store.tenantId, { key: key.id, call: JSON.stringify(params["requestId"]) });
}

/** JSON-RPC: not JSON, not a message, or refused before it was one. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

function rejected(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
  const code = problemCode(refusal.code);
  const { status, title, only, challenge } = problemKind(code);
  const place = refusal.at === undefined ? "" : ` (at ${refusal.at})`;
  const notJson = code === "payload_not_canonical" && refusal.code !== "json_not_an_object";
  const error = {
    code: notJson ? PARSE_ERROR : INVALID_REQUEST,
    message: `${title}: ${only ?? refusal.detail}${place}. Nothing was asked and nothing is approved.`,
    data: { code, reason: refusal.code },
  };
  return Response.json(
    { jsonrpc: "2.0", id: null, error },
    {
      status,
      headers: {
        "cache-control": "no-store",
        ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
        ...headers,
      },
    },
  );
}
