import {
  parseJsonObject,
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MAX_DEPTH,
  PAYLOAD_MAX_NODES,
  type JsonLimits,
  type JsonObject,
} from "../core/encoding/strict-json.ts";
import { concat, type Bytes } from "../core/encoding/bytes.ts";
import { accept, refuse, type Result } from "../core/refusal.ts";

// Every JSON body is read here, strictly, so that a duplicate name is refused at any depth.
// `request.json()` would silently keep the last one.

/**
 * The request around a payload: an action of 200 characters with up to 6 bytes each as escapes, metadata of
 * 4 KiB, and some names, numbers and spaces: 1,200 + 4,096 + 2,896.
 */
const ENVELOPE_MAX_BYTES = 8 * 1024;
/** Deeper than a payload may be, so that a payload that is too deep is refused by its own limit. */
const BODY_MAX_DEPTH = 2 * PAYLOAD_MAX_DEPTH;
/** 4 KiB of metadata have fewer than 2,048 values; the fields themselves are a dozen. */
const ENVELOPE_MAX_NODES = 2_100;

export const BODY_LIMITS: JsonLimits = {
  maxBytes: PAYLOAD_MAX_BYTES + ENVELOPE_MAX_BYTES,
  maxDepth: BODY_MAX_DEPTH,
  maxNodes: PAYLOAD_MAX_NODES + ENVELOPE_MAX_NODES,
};

/** Paths in a refusal are JSON Pointers into the body. */
export async function readJsonBody(
  request: Request,
  limits: JsonLimits = BODY_LIMITS,
): Promise<Result<JsonObject>> {
  const bytes = await readJsonBytes(request, limits.maxBytes);
  return bytes.ok ? parseJsonObject(bytes.value, limits) : bytes;
}

/** The bytes of a body whose headers say that it is JSON. */
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

/** Content-Length is only a hint. The limit applies to the bytes that arrive. */
export async function readAtMost(request: Request, maxBytes: number): Promise<Result<Bytes>> {
  const tooLarge = refuse(
    "payload_too_large",
    `the body has more than ${maxBytes} bytes, which is the limit`,
  );
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  if (announced > maxBytes) return tooLarge;
  try {
    // HTTP cuts a body at its Content-Length. Without that header, reading stops at the limit.
    const bytes =
      announced >= 0 ? new Uint8Array(await request.arrayBuffer()) : await readUpTo(request, maxBytes);
    return bytes === undefined || bytes.length > maxBytes ? tooLarge : accept(bytes);
  } catch {
    return refuse("validation_failed", "the body ended too early; send it again");
  }
}

/** Undefined if the body has more bytes. */
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
