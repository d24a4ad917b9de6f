import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { concat, utf8Text, type Bytes } from "../core/encoding/bytes.ts";
import type { LogReader } from "../core/tlog/log-entries.ts";
import { HASH_BYTES } from "../core/encoding/hash.ts";
import { NOTE_MAX_CHARACTERS, parseNote } from "../core/tlog/signed-note.ts";
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
/** For a whole answer with all retries, so that a server that sends a byte a second holds nobody. */
const REQUEST_SECONDS = 30;
/** For all answers together. 16 million entries from a server far away take some 20 minutes. */
export const RUN_SECONDS = 3_600;
/** Retry after 0.5 and then 1.5 seconds; after that the caller decides. */
const RETRY_MILLISECONDS = [500, 1_500] as const;

/** How web servers name a log's files: text, or bytes that they know nothing about. */
const CONTENT_TYPES: ReadonlySet<string> = new Set([
  "",
  "text/plain",
  "application/octet-stream",
  "binary/octet-stream",
]);
/** A page, such as the sign-in page of a network, whatever type it is said to have. */
const PAGE = /^\s*<(?:!doctype|html|head|body|\?xml)/i;
const PAGE_SEARCH_BYTES = 100;

/** The log did not answer, or answered with an error. This says nothing about its content. */
export class LogUnreachable extends CliError {}

export interface LogSource extends LogReader {
  readonly checkpoint: () => Promise<string>;
}

/** Undefined if the log does not have the path. */
type ReadPath = (path: string, maxBytes: number) => Promise<Bytes | undefined>;

interface LogLimits {
  readonly requestSeconds?: number | undefined;
  readonly runSeconds?: number | undefined;
}

/** For one run: everything that is read must be there within the time of the run, which begins now. */
export function openLog(
  source: string,
  { requestSeconds = REQUEST_SECONDS, runSeconds = RUN_SECONDS }: LogLimits = {},
): LogSource {
  const run = AbortSignal.timeout(runSeconds * 1_000);
  const isAddress = /^https?:\/\//.test(source);
  const limited = limitRequests(
    isAddress ? addressReader(source, requestSeconds, run) : folderReader(source),
  );
  const read: ReadPath = async (path, maxBytes) => {
    const late = new LogUnreachable(`${source} did not answer everything within ${runSeconds} seconds`);
    if (run.aborted) throw late;
    try {
      return await limited(path, maxBytes);
    } catch (problem) {
      throw run.aborted && problem instanceof LogUnreachable ? late : problem;
    }
  };
  return {
    checkpoint: async () => {
      const bytes = await read("checkpoint", 3 * NOTE_MAX_CHARACTERS);
      const text = bytes === undefined ? undefined : utf8Text(bytes);
      if (text === undefined) throw new LogUnreachable(`${source} has no checkpoint`);
      // Something that nobody signed proves nothing against the log: another server may have answered.
      if (!parseNote(text).ok)
        throw new LogUnreachable(`${source} answered with something that is not a checkpoint`);
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

function addressReader(source: string, seconds: number, run: AbortSignal): ReadPath {
  const base = source.replace(/\/+$/, "");
  return async (path, maxBytes) => {
    const address = `${base}/${path}`;
    const request = AbortSignal.timeout(seconds * 1_000);
    const deadline = AbortSignal.any([run, request]);
    const attempt = async () => {
      try {
        return await readAddress(address, maxBytes, deadline);
      } catch (problem) {
        if (problem instanceof LogUnreachable) throw problem;
        const reason = request.aborted ? `no whole answer within ${seconds} seconds` : causeOf(problem);
        throw new LogUnreachable(`can't fetch ${address} (${reason})`);
      }
    };
    for (const milliseconds of RETRY_MILLISECONDS) {
      try {
        return await attempt();
      } catch (problem) {
        if (deadline.aborted) throw problem;
        await wait(milliseconds, undefined, { signal: deadline }).catch(() => undefined);
      }
    }
    return attempt();
  };
}

async function readAddress(
  address: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Bytes | undefined> {
  const response = await fetch(address, { signal });
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  if (!response.ok) throw new LogUnreachable(`${address} answered with status ${response.status}`);
  const [type = ""] = (response.headers.get("content-type") ?? "").toLowerCase().split(";");
  if (!CONTENT_TYPES.has(type.trim())) {
    await response.body?.cancel();
    throw new LogUnreachable(`${address} answered with ${type.trim()}, which is no file of a log`);
  }
  const bytes = await readBeginning(response.body ?? [], maxBytes);
  if (PAGE.test(Buffer.from(bytes.subarray(0, PAGE_SEARCH_BYTES)).toString("latin1")))
    throw new LogUnreachable(`${address} answered with a page, which is no file of a log`);
  return bytes;
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
