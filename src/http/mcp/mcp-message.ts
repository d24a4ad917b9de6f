import { utf8, type Bytes } from "../../core/encoding/bytes.ts";
import {
  isJsonObject,
  parseJsonObject,
  type JsonLimits,
  type JsonObject,
} from "../../core/encoding/strict-json.ts";
import { accept, refuse, type Refusal, type Result } from "../../core/refusal.ts";
import { BODY_LIMITS, readJsonBytes } from "../json-body.ts";

// Reads a JSON-RPC message as strictly as any other body. The protocol's library would accept duplicate names and
// batches of messages.

/** What the protocol adds to a tool's arguments: names, versions, the client's description of itself. */
const PROTOCOL_MAX_BYTES = 16 * 1024;
const PROTOCOL_MAX_NODES = 500;

export const MESSAGE_LIMITS: JsonLimits = {
  ...BODY_LIMITS,
  maxBytes: BODY_LIMITS.maxBytes + PROTOCOL_MAX_BYTES,
  maxNodes: BODY_LIMITS.maxNodes + PROTOCOL_MAX_NODES,
};

const ARGUMENTS = "/params/arguments";
/** An ordinary client can send these: the values come from a model, and the model can correct them. */
const CORRECTABLE_CODES = new Set([
  "json_forbidden_name",
  "json_lone_surrogate",
  "json_number_inexact",
  "json_number_out_of_range",
  "json_number_negative_zero",
  "json_too_deep",
  "json_too_many_nodes",
]);

interface Message {
  readonly body: JsonObject;
  /** Why the tool's arguments were refused. The body then has empty arguments. */
  readonly argumentsRefusal?: Refusal;
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
      "send one JSON-RPC message, an object, in each request; batches are not supported",
    );
  }
  const at = refusal.at ?? "";
  const isInArguments = at === ARGUMENTS || at.startsWith(`${ARGUMENTS}/`);
  if (!CORRECTABLE_CODES.has(refusal.code) || !isInArguments) return body;
  const message = withoutArguments(bytes.value);
  return message === undefined
    ? body
    : accept({ body: message, argumentsRefusal: { ...refusal, at: at.slice(ARGUMENTS.length) } });
}

/** Only to answer under the message's own id. The strict parser has refused it, so nothing else is done with it. */
function withoutArguments(bytes: Bytes): JsonObject | undefined {
  try {
    const lax = JSON.parse(new TextDecoder().decode(bytes)) as JsonObject;
    const { params } = lax;
    if (params === undefined || !isJsonObject(params)) return undefined;
    const text = JSON.stringify({ ...lax, params: { ...params, arguments: {} } });
    const message = parseJsonObject(utf8(text), MESSAGE_LIMITS);
    return message.ok ? message.value : undefined;
  } catch {
    // The rest of the text is not JSON, or is nested too deep to be serialised.
    return undefined;
  }
}
