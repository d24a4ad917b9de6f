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

// The log's public paths: C2SP tlog-tiles, and the two texts from which a verifier learns the log's key. They show
// only what the newest checkpoint covers.

const PREFIX = "/log/";
const COMMON = { "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff" };
const TEXT = { ...COMMON, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" };
/** The content at a tile's path never changes: the path of a partial tile contains its width. */
const IMMUTABLE = {
  ...COMMON,
  "Content-Type": "application/octet-stream",
  "Cache-Control": "public, max-age=604800, immutable",
};

interface PublishedLog {
  /** The size in the newest checkpoint. */
  readonly size: number;
  readonly checkpoint: string;
  readonly vkey: string;
  readonly trustPolicy: string;
  readonly readTile: ReadTile;
  readonly readEntries: (from: number, count: number) => readonly Bytes[];
}

export function serveLog(method: string, path: string, log: PublishedLog): Response {
  if (method !== "GET" && method !== "HEAD") {
    return new Response("Only GET and HEAD are allowed here.\n", {
      status: 405,
      headers: { ...TEXT, Allow: "GET, HEAD" },
    });
  }
  const content = path.startsWith(PREFIX) ? contentAt(path.slice(PREFIX.length), log) : undefined;
  // Not cached, since the next append may create it.
  if (content === undefined) return respond(method, 404, "There is nothing here.\n");
  return respond(method, 200, content);
}

/** A log that has signed two trees serves no path. */
export function serveFork(method: string, reason: string): Response {
  return respond(method, 503, `${reason}; it serves nothing any more.\n`);
}

function contentAt(name: string, log: PublishedLog): string | Uint8Array | undefined {
  switch (name) {
    case "checkpoint":
      return log.checkpoint;
    case "vkey":
      return `${log.vkey}\n`;
    case "policy.txt":
      return log.trustPolicy;
    default:
      return tileAt(name, log) ?? bundleAt(name, log);
  }
}

function tileAt(name: string, log: PublishedLog): Uint8Array | undefined {
  const tile = parseTilePath(name);
  if (!tile.ok || !isPublished(tile.value, log)) return undefined;
  return log.readTile(tile.value);
}

function bundleAt(name: string, log: PublishedLog): Uint8Array | undefined {
  const bundle = parseEntriesPath(name);
  if (!bundle.ok || !isPublished({ level: 0, ...bundle.value }, log)) return undefined;
  const { index, width } = bundle.value;
  const entries = log.readEntries(index * TILE_WIDTH, width);
  if (entries.length !== width) throw new Error(`entries of bundle ${index} are missing from the log's rows`);
  return encodeEntries(entries);
}

/** A narrower tile is the tile of an earlier size, so it is public too. */
function isPublished({ level, index, width }: Tile, { size }: PublishedLog): boolean {
  return width <= tileWidth(level, index, size);
}

function respond(method: string, status: number, content: string | Uint8Array): Response {
  const bytes = typeof content === "string" ? utf8(content) : content;
  const headers = {
    ...(typeof content === "string" ? TEXT : IMMUTABLE),
    "Content-Length": `${bytes.length}`,
  };
  return new Response(method === "HEAD" ? null : bytes, { status, headers });
}
