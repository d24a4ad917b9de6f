import { writtenOrder } from "./member-order.ts";
import { toHex, utf8 } from "../encoding/bytes.ts";
import { sha256 } from "../encoding/hash.ts";
import { canonicalText } from "../encoding/jcs.ts";
import {
  isJsonObject,
  PAYLOAD_MAX_BYTES,
  PAYLOAD_MAX_DEPTH,
  PAYLOAD_MAX_NODES,
  pointer,
  type JsonObject,
  type JsonValue,
} from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";

/** A payload within its limits. It is canonicalised and hashed once; everything after that uses this text and hash. */
export interface CanonicalPayload {
  readonly value: JsonObject;
  /** RFC 8785: the bytes that are stored, shown, signed and forwarded. */
  readonly text: string;
  /** SHA-256 of the text, in hexadecimal. */
  readonly hash: string;
  /** In which the requester wrote the outermost members. */
  readonly order: readonly number[];
}

/**
 * The payload of a request that was parsed strictly. The limits apply to the canonical form: 1e15 has four bytes
 * as sent, and sixteen when it is hashed and shown. `at` points to the payload in the request.
 */
export function canonicalPayload(value: JsonObject, at = "/payload"): Result<CanonicalPayload> {
  const counter = { nodes: 0 };
  const path = pathTooDeep(value, [], counter);
  if (path) {
    const detail = `the payload is nested more than ${PAYLOAD_MAX_DEPTH} levels deep`;
    return refuse("json_too_deep", detail, at + pointer(path));
  }
  if (counter.nodes > PAYLOAD_MAX_NODES)
    return refuse("json_too_many_nodes", `the payload has more than ${PAYLOAD_MAX_NODES} values`, at);
  const text = canonicalText(value);
  const bytes = utf8(text);
  if (bytes.length > PAYLOAD_MAX_BYTES) {
    const detail = `the payload's canonical form has ${bytes.length} bytes; the limit is ${PAYLOAD_MAX_BYTES}`;
    return refuse("json_too_large", detail, at);
  }
  return accept({ value, text, hash: toHex(sha256(bytes)), order: writtenOrder(value) });
}

type Path = readonly (string | number)[];

/** The path of the first list or object that is nested too deep. Counts the values that it passes. */
function pathTooDeep(value: JsonValue, path: Path, counter: { nodes: number }): Path | undefined {
  counter.nodes++;
  if (typeof value !== "object" || value === null) return undefined;
  if (path.length >= PAYLOAD_MAX_DEPTH) return path;
  const members: [string | number, JsonValue][] = isJsonObject(value)
    ? Object.entries(value)
    : [...value.entries()];
  for (const [name, member] of members) {
    const deeper = pathTooDeep(member, [...path, name], counter);
    if (deeper) return deeper;
  }
  return undefined;
}
