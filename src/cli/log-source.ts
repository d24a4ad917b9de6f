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
import { errorMessage } from "./input.ts";
import { CliError } from "./cli-error.ts";

// Reads a log's public paths, from an address or from a folder with a copy of them. Nothing here is trusted:
// the caller verifies it against a checkpoint.

/** A browser's limit is similar; more requests at once only wait in the server. */
const REQUESTS_AT_ONCE = 8;
const REQUEST_SECONDS = 30;
/** Retry after 0.5 and then 1.5 seconds; after that the caller decides. */
const RETRY_MILLISECONDS = [500, 1_500] as const;

/** The log did not answer, or answered with an error. This says nothing about its content. */
export class LogUnreachable extends CliError {}

export interface LogSource extends LogReader {
  readonly checkpoint: () => Promise<string>;
}

/** Undefined if the log does not have the path. */
type ReadPath = (path: string, maxBytes: number) => Promise<Bytes | undefined>;

export function openLog(source: string): LogSource {
  const read = limitRequests(/^https?:\/\//.test(source) ? addressReader(source) : folderReader(source));
  return {
    checkpoint: async () => {
      const bytes = await read("checkpoint", 3 * NOTE_MAX_CHARACTERS);
      const text = bytes === undefined ? undefined : utf8Text(bytes);
      if (text === undefined) throw new LogUnreachable(`${source} has no checkpoint`);
      return text;
    },
    // A copy may delete the partial tiles of a full tile: they are its beginning.
    fetchTile: async (tile) => {
      const part = await read(tilePath(tile), TILE_BYTES);
      if (part !== undefined || tile.width === TILE_WIDTH) return part;
      const full = await read(tilePath({ ...tile, width: TILE_WIDTH }), TILE_BYTES);
      return full?.subarray(0, tile.width * HASH_BYTES);
    },
    fetchEntries: async ({ index, width }) => {
      const part = await read(entriesPath(index, width), BUNDLE_MAX_BYTES);
      if (part !== undefined || width === TILE_WIDTH) return part;
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
      return await readBeginning(file.createReadStream({ autoClose: false }), maxBytes);
    } catch (problem) {
      if (problem instanceof Error && "code" in problem && problem.code === "ENOENT") return undefined;
      throw new LogUnreachable(`can't read ${name} (${errorMessage(problem)})`);
    } finally {
      await file?.close();
    }
  };
}

/** Reads at most one byte more than allowed, so that the caller can refuse it. */
async function readBeginning(
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
        if (!(problem instanceof LogUnreachable)) throw problem;
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
    if (!response.ok) throw new LogUnreachable(`${address} answered with status ${response.status}`);
    return await readBeginning(response.body ?? [], maxBytes);
  } catch (problem) {
    if (problem instanceof LogUnreachable) throw problem;
    throw new LogUnreachable(`can't fetch ${address} (${causeOf(problem)})`);
  }
}

/** An error of fetch says only that it failed; its cause says why. */
function causeOf(problem: unknown): string {
  return errorMessage(problem instanceof Error && problem.cause !== undefined ? problem.cause : problem);
}

function limitRequests(read: ReadPath): ReadPath {
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
