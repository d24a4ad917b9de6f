import { utf8, type Bytes } from "../core/encoding/bytes.ts";
import {
  encodeEntries,
  parseEntriesPath,
  parseTilePath,
  TILE_WIDTH,
  tileWidth,
  type Tile,
} from "../core/tlog/tile.ts";
import type { ReadTile } from "../core/tlog/tile-proof.ts";

// The public paths: C2SP tlog-tiles, and the two texts by which a verifier comes to know the log. Nothing
// stands here that is not under the newest checkpoint.

/** Its paths begin so, on the Worker that serves it. */
const PREFIX = "/log/";
const COMMON = { "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff" };
const TEXT = { ...COMMON, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };
/** What stands behind the path of a tile never changes; a partial one has its width in its path. */
const IMMUTABLE = {
  ...COMMON,
  "Content-Type": "application/octet-stream",
  "Cache-Control": "public, max-age=604800, immutable",
};

export interface PublishedLog {
  /** Of the newest checkpoint. */
  readonly size: number;
  readonly checkpoint: string;
  readonly vkey: string;
  readonly trustPolicy: string;
  readonly readTile: ReadTile;
  readonly readEntries: (from: number, count: number) => readonly Bytes[];
}

export function serveLog(method: string, path: string, log: PublishedLog): Response {
  if (method !== "GET" && method !== "HEAD") {
    return new Response("Only GET and HEAD are answered here.\n", {
      status: 405,
      headers: { ...TEXT, Allow: "GET, HEAD" },
    });
  }
  const found = path.startsWith(PREFIX) ? find(path.slice(PREFIX.length), log) : undefined;
  // Not cached: what is not there yet may be there in a moment.
  if (found === undefined) return answer(method, 404, "There is nothing here.\n");
  return answer(method, 200, found);
}

/** Of a log that has signed two trees, no path is served. */
export function serveTrouble(method: string, reason: string): Response {
  return answer(method, 503, `${reason}; it serves nothing any more.\n`);
}

function find(name: string, log: PublishedLog): string | Uint8Array | undefined {
  switch (name) {
    case "checkpoint":
      return log.checkpoint;
    case "vkey":
      return `${log.vkey}\n`;
    case "policy.txt":
      return log.trustPolicy;
    default:
      return findTile(name, log) ?? findEntries(name, log);
  }
}

function findTile(name: string, log: PublishedLog): Uint8Array | undefined {
  const tile = parseTilePath(name);
  if (!tile.ok || !isPublished(tile.value, log)) return undefined;
  return log.readTile(tile.value);
}

function findEntries(name: string, log: PublishedLog): Uint8Array | undefined {
  const bundle = parseEntriesPath(name);
  if (!bundle.ok || !isPublished({ level: 0, ...bundle.value }, log)) return undefined;
  const { index, width } = bundle.value;
  const entries = log.readEntries(index * TILE_WIDTH, width);
  if (entries.length !== width) throw new Error(`the log has lost entries of bundle ${index}`);
  return encodeEntries(entries);
}

/** Any beginning of a tile was, or could have been, the tile of an earlier size. */
function isPublished({ level, index, width }: Tile, { size }: PublishedLog): boolean {
  return width <= tileWidth(level, index, size);
}

function answer(method: string, status: number, content: string | Uint8Array): Response {
  const bytes = typeof content === "string" ? utf8(content) : content;
  const headers = {
    ...(typeof content === "string" ? TEXT : IMMUTABLE),
    "Content-Length": `${bytes.length}`,
  };
  return new Response(method === "HEAD" ? null : bytes, { status, headers });
}
