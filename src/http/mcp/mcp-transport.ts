import {
  createMcpHandler,
  validateHostHeader,
  validateOriginHeader,
  type Server,
} from "@modelcontextprotocol/server";
import type { JsonObject } from "../../core/encoding/strict-json.ts";
import { refuse, type Refusal } from "../../core/refusal.ts";
import { problemCode, problemDefinition } from "../problem.ts";
import { KEEP_ALIVE_MILLISECONDS } from "./delivery-watch.ts";

// What surrounds the protocol's library: the check of Host and Origin, refusals as JSON-RPC errors, and one handler
// for each request.

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** Refuses a foreign DNS name that resolves to us, and a page of another site in a browser. */
export function hostRefusal(request: Request, origin: string): Refusal | undefined {
  const hosts = [new URL(origin).hostname, ...LOOPBACK];
  const host = request.headers.get("host") ?? new URL(request.url).host;
  const refused = [
    validateHostHeader(new URL(request.url).host, hosts),
    validateHostHeader(host, hosts),
    validateOriginHeader(request.headers.get("origin"), hosts),
  ].find(({ ok }) => !ok);
  return refused && refuse("forbidden_origin", "this Host or Origin is not served here").refusal;
}

/** Always answers with a stream: a disconnect is only noticed on a connection that is written to. */
export async function serveMessage(
  request: Request,
  body: JsonObject,
  server: () => Server,
): Promise<Response> {
  const handler = createMcpHandler(server, { responseMode: "sse", keepAliveMs: KEEP_ALIVE_MILLISECONDS });
  return handler.fetch(request, { parsedBody: body });
}

/** JSON-RPC error codes: the body is not JSON, or it is refused before its message is handled. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

export function rejectionResponse(
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const code = problemCode(refusal.code);
  const { status, title, fixedDetail, challenge } = problemDefinition(code);
  const at = refusal.at === undefined ? "" : ` (at ${refusal.at})`;
  const isNotJson = code === "payload_not_canonical" && refusal.code !== "json_not_an_object";
  const error = {
    code: isNotJson ? PARSE_ERROR : INVALID_REQUEST,
    message: `${title}: ${fixedDetail ?? refusal.detail}${at}. Nothing was asked and nothing is approved.`,
    data: { code, reason: refusal.code },
  };
  return Response.json(
    { jsonrpc: "2.0", id: null, error },
    {
      status,
      headers: {
        ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
        ...headers,
      },
    },
  );
}
