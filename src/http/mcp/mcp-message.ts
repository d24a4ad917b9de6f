import { utf8, type Bytes } from "../../core/encoding/bytes.ts";
import {
  isJsonObject,
  parseJsonObject,
  type JsonLimits,
  type JsonObject,
} from "../../core/encoding/strict-json.ts";
import { accept, refuse, type Refusal, type Result } from "../../core/refusal.ts";
import { BODY_LIMITS, readJsonBytes } from "../json-body.ts";

// A JSON-RPC message, read as strictly as any other body before the protocol's library sees it, which
// would take a name that stands twice, and several messages in one list.

/** What the protocol puts around a tool's arguments: names, versions, a client's description of itself. */
const PROTOCOL_MAX_BYTES = 16 * 1024;
const PROTOCOL_MAX_NODES = 500;

export const MESSAGE_LIMITS: JsonLimits = {
  ...BODY_LIMITS,
  maxBytes: BODY_LIMITS.maxBytes + PROTOCOL_MAX_BYTES,
  maxNodes: BODY_LIMITS.maxNodes + PROTOCOL_MAX_NODES,
};

const ARGUMENTS = "/params/arguments";
/** What a client can send that is an ordinary one: these values are a model's, and it can mend them. */
const MENDABLE = new Set([
  "json_forbidden_name",
  "json_lone_surrogate",
  "json_number_inexact",
  "json_number_out_of_range",
  "json_number_negative_zero",
  "json_too_deep",
  "json_too_many_nodes",
]);

export interface Message {
  readonly body: JsonObject;
  /** Why the arguments of the tool can't be taken; they are left out of the body then. */
  readonly unreadable?: Refusal;
}

export async function readMessage(request: Request): Promise<Result<Message>> {
  const bytes = await readJsonBytes(request, MESSAGE_LIMITS.maxBytes);
  if (!bytes.ok) return bytes;
  const body = parseJsonObject(bytes.value, MESSAGE_LIMITS);
  if (body.ok) return accept({ body: body.value });
  const { refusal } = body;
  if (refusal.code === "json_not_an_object") {
    return refuse(
      refusal.code,
      "send one JSON-RPC message, an object, in each request; batches are not taken",
    );
  }
  const at = refusal.at ?? "";
  if (!MENDABLE.has(refusal.code) || !(at === ARGUMENTS || at.startsWith(`${ARGUMENTS}/`))) return body;
  const emptied = withoutArguments(bytes.value);
  return emptied === undefined
    ? body
    : accept({ body: emptied, unreadable: { ...refusal, at: at.slice(ARGUMENTS.length) } });
}

/** For an answer under the message's own id. Nothing else is done with it: the strict reading has refused it. */
function withoutArguments(bytes: Bytes): JsonObject | undefined {
  try {
    const lax = JSON.parse(new TextDecoder().decode(bytes)) as JsonObject;
    const { params } = lax;
    if (params === undefined || !isJsonObject(params)) return undefined;
    const kept = JSON.stringify({ ...lax, params: { ...params, arguments: {} } });
    const again = parseJsonObject(utf8(kept), MESSAGE_LIMITS);
    return again.ok ? again.value : undefined;
  } catch {
    // What follows the refused value is no JSON, or nested beyond what can be written again.
    return undefined;
  }
}
