import { canonicalBytes } from "../core/encoding/jcs.ts";
import {
  isJsonObject,
  parseJsonObject,
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MAX_DEPTH,
  PAYLOAD_MAX_NODES,
  pointer,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
} from "../core/encoding/strict-json.ts";
import { concat, type Bytes } from "../core/encoding/bytes.ts";
import { accept, refuse, type Refusal, type Result } from "../core/refusal.ts";

// Every JSON body is read here, once and strictly, so that a name that stands twice is refused wherever
// it stands. `request.json()` would have lost it.

/**
 * What stands around a payload: an action of 200 characters, each of up to 6 bytes as an escape, metadata
 * of 4 KiB, and some names, numbers and spaces: 1,200 + 4,096 + 2,896.
 */
const ENVELOPE_MAX_BYTES = 8 * 1024;
/** Deeper than a payload may be, so that one which is too deep is told its own limit. */
const BODY_MAX_DEPTH = 2 * PAYLOAD_MAX_DEPTH;
/** 4 KiB of metadata have fewer than 2,048 values; the fields themselves are a dozen. */
const ENVELOPE_MAX_NODES = 2_100;

export const BODY_LIMITS: JsonLimits = {
  maxBytes: PAYLOAD_MAX_BYTES + ENVELOPE_MAX_BYTES,
  maxDepth: BODY_MAX_DEPTH,
  maxNodes: PAYLOAD_MAX_NODES + ENVELOPE_MAX_NODES,
};

/** Places in a refusal are pointers into the body. */
export async function readJsonBody(
  request: Request,
  limits: JsonLimits = BODY_LIMITS,
): Promise<Result<JsonObject>> {
  const bytes = await readJsonBytes(request, limits.maxBytes);
  return bytes.ok ? parseJsonObject(bytes.value, limits) : bytes;
}

/** The bytes of a body that says it is JSON. */
export async function readJsonBytes(request: Request, maxBytes: number): Promise<Result<Bytes>> {
  if (!isJson(request.headers)) {
    return refuse("unsupported_media_type", "send the body as application/json, in UTF-8, not compressed");
  }
  return readAtMost(request, maxBytes);
}

const JSON_TYPE = /^application\/json[\t ]*(?:;[\t ]*charset=(?:utf-8|"utf-8")[\t ]*)?$/i;

function isJson(headers: Headers): boolean {
  const encoding = headers.get("content-encoding") ?? "identity";
  return JSON_TYPE.test(headers.get("content-type") ?? "") && encoding.toLowerCase() === "identity";
}

/** What a body claims of its length is a hint, what arrives is what counts. */
async function readAtMost(request: Request, maxBytes: number): Promise<Result<Bytes>> {
  const tooLarge = refuse("payload_too_large", `the body has more than ${maxBytes} bytes`);
  const claimed = Number(request.headers.get("content-length") ?? Number.NaN);
  if (claimed > maxBytes) return tooLarge;
  try {
    // More than was announced does not get through HTTP; without an announcement reading stops at the limit.
    const whole =
      claimed >= 0 ? new Uint8Array(await request.arrayBuffer()) : await readUpTo(request, maxBytes);
    return whole === undefined || whole.length > maxBytes ? tooLarge : accept(whole);
  } catch {
    return refuse("validation_failed", "the body broke off");
  }
}

/** Undefined where there is more. */
async function readUpTo(request: Request, maxBytes: number): Promise<Bytes | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    const chunk: Uint8Array = part.value;
    length += chunk.length;
    if (length > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(chunk);
  }
  return concat(...chunks);
}

/**
 * What is wrong with a payload that was read as part of a body. Its limits are its own, and those of its
 * canonical form: 1e15 has four bytes, but sixteen when it is hashed and shown.
 */
export function payloadProblem(payload: JsonObject, at = "/payload"): Refusal | undefined {
  const counted = { nodes: 0 };
  const deep = tooDeep(payload, [], counted);
  if (deep) {
    const detail = `the payload is nested more than ${PAYLOAD_MAX_DEPTH} levels deep`;
    return { code: "json_too_deep", detail, at: at + pointer(deep) };
  }
  if (counted.nodes > PAYLOAD_MAX_NODES) {
    const detail = `the payload has more than ${PAYLOAD_MAX_NODES} values`;
    return { code: "json_too_many_nodes", detail, at };
  }
  const length = canonicalBytes(payload).length;
  if (length > PAYLOAD_MAX_BYTES) {
    const detail = `the payload's canonical form has ${length} bytes; at most ${PAYLOAD_MAX_BYTES} are taken`;
    return { code: "json_too_large", detail, at };
  }
  return undefined;
}

type Path = readonly (string | number)[];

/** The way to the first list or object that stands too deep; counts the values on its way. */
function tooDeep(value: JsonValue, path: Path, counted: { nodes: number }): Path | undefined {
  counted.nodes++;
  if (typeof value !== "object" || value === null) return undefined;
  if (path.length >= PAYLOAD_MAX_DEPTH) return path;
  const members: [string | number, JsonValue][] = isJsonObject(value)
    ? Object.entries(value)
    : [...value.entries()];
  for (const [name, member] of members) {
    const found = tooDeep(member, [...path, name], counted);
    if (found) return found;
  }
  return undefined;
}
