import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { concat, utf8Text, type Bytes } from "../core/encoding/bytes.ts";
import type { LogReader } from "../core/tlog/log-entries.ts";
import { HASH_BYTES } from "../core/encoding/hash.ts";
import { NOTE_MAX_CHARACTERS } from "../core/tlog/signed-note.ts";
import {
  BUNDLE_MAX_BYTES,
  encodeEntries,
  entriesPath,
  parseEntries,
  TILE_BYTES,
  TILE_WIDTH,
  tilePath,
} from "../core/tlog/tile.ts";
import { reason } from "./input.ts";
import { Problem } from "./cli-error.ts";

// A log's public paths, at an address or in a folder that holds a copy of them. Nothing that comes from here
// is believed: the caller holds it against a checkpoint.

/** Of a browser's kind: more at once only waits in the server. */
const REQUESTS_AT_ONCE = 8;
const REQUEST_SECONDS = 30;
/** Tried after 0.5 and 1.5 seconds more; a log that is still silent is for the caller to come back to. */
const RETRY_MILLISECONDS = [500, 1_500] as const;

/** The log did not answer, or not as a server does. Says nothing of what it holds. */
export class Unreachable extends Problem {}

export interface LogSource extends LogReader {
  readonly checkpoint: () => Promise<string>;
}

/** Undefined where the log does not have it. */
type ReadPath = (path: string, maxBytes: number) => Promise<Bytes | undefined>;

export function openLog(source: string): LogSource {
  const read = fewAtOnce(/^https?:\/\//.test(source) ? addressReader(source) : folderReader(source));
  return {
    checkpoint: async () => {
      const bytes = await read("checkpoint", 3 * NOTE_MAX_CHARACTERS);
      const text = bytes === undefined ? undefined : utf8Text(bytes);
      if (text === undefined) throw new Unreachable(`${source} has no checkpoint`);
      return text;
    },
    // A copy may have dropped the parts of a tile once it was full: they are its beginning.
    fetchTile: async (tile) => {
      const found = await read(tilePath(tile), TILE_BYTES);
      if (found !== undefined || tile.width === TILE_WIDTH) return found;
      const full = await read(tilePath({ ...tile, width: TILE_WIDTH }), TILE_BYTES);
      return full?.subarray(0, tile.width * HASH_BYTES);
    },
    fetchEntries: async ({ index, width }) => {
      const found = await read(entriesPath(index, width), BUNDLE_MAX_BYTES);
      if (found !== undefined || width === TILE_WIDTH) return found;
      const full = await read(entriesPath(index, TILE_WIDTH), BUNDLE_MAX_BYTES);
      const entries = full === undefined ? undefined : parseEntries(full);
      return entries?.ok ? encodeEntries(entries.value.slice(0, width)) : undefined;
    },
  };
}

function folderReader(folder: string): ReadPath {
  return async (path, maxBytes) => {
    const name = join(folder, path);
    let file: FileHandle | undefined;
    try {
      file = await open(name);
      return await beginningOf(file.createReadStream({ autoClose: false }), maxBytes);
    } catch (problem) {
      if (problem instanceof Error && "code" in problem && problem.code === "ENOENT") return undefined;
      throw new Unreachable(`${name} could not be read (${reason(problem)})`);
    } finally {
      await file?.close();
    }
  };
}

/** At most a byte more than allowed: enough for whoever reads it to refuse it. */
async function beginningOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk.subarray(0, maxBytes + 1 - length));
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return concat(...parts);
}

function addressReader(source: string): ReadPath {
  const base = source.replace(/\/+$/, "");
  return async (path, maxBytes) => {
    for (const wait of RETRY_MILLISECONDS) {
      try {
        return await readAddress(`${base}/${path}`, maxBytes);
      } catch (problem) {
        if (!(problem instanceof Unreachable)) throw problem;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return readAddress(`${base}/${path}`, maxBytes);
  };
}

async function readAddress(address: string, maxBytes: number): Promise<Bytes | undefined> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(REQUEST_SECONDS * 1_000) });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) throw new Unreachable(`${address} answered ${response.status}`);
    return await beginningOf(response.body ?? [], maxBytes);
  } catch (problem) {
    if (problem instanceof Unreachable) throw problem;
    throw new Unreachable(`${address} could not be fetched (${causeOf(problem)})`);
  }
}

/** What fetch throws says only that it failed; why is behind it. */
function causeOf(problem: unknown): string {
  return reason(problem instanceof Error && problem.cause !== undefined ? problem.cause : problem);
}

function fewAtOnce(read: ReadPath): ReadPath {
  let free = REQUESTS_AT_ONCE;
  const waiting: (() => void)[] = [];
  return async (path, maxBytes) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await read(path, maxBytes);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
