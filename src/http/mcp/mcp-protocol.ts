import {
  createMcpHandler,
  validateHostHeader,
  validateOriginHeader,
  type Server,
} from "@modelcontextprotocol/server";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { refuse, type Refusal } from "../../core/refusal.ts";
import { problemCode, problemKind } from "../problem.ts";
import { KEEP_ALIVE_MILLISECONDS } from "./delivery-watch.ts";

// What stands before the protocol's library, and how it is used: places that are not ours, refusals in the
// protocol's form, and one handler for each request.

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** A name that leads here by somebody else's DNS, or a page of another site that a browser is looking at. */
export function foreignPlace(request: Request, origin: string): Refusal | undefined {
  const known = [new URL(origin).hostname, ...LOOPBACK];
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const refused = [
    validateHostHeader(new URL(request.url).host, known),
    validateHostHeader(host, known),
    validateOriginHeader(request.headers.get("origin"), known),
  ].find(({ ok }) => !ok);
  return refused && refuse("forbidden_origin", "this Host or Origin is not served here").refusal;
}

/** Always a stream: only somebody who is written to can be noticed to have gone. */
export async function served(request: Request, body: JsonObject, server: () => Server): Promise<Response> {
  const handler = createMcpHandler(server, { responseMode: "sse", keepAliveMs: KEEP_ALIVE_MILLISECONDS });
  return handler.fetch(request, { parsedBody: body });
}

/** JSON-RPC: not JSON, not a message, or refused before it was one. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

export function rejected(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Response {
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
