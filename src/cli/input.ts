import { createReadStream } from "node:fs";
import type { Bytes } from "../core/encoding/bytes.ts";
import { CliError } from "./cli-error.ts";

const FETCH_SECONDS = 30;

/** The bytes of a file, of standard input (`-`) or of an address, never more than `maxBytes`. */
export async function readInput(source: string, maxBytes: number): Promise<Bytes> {
  if (/^https?:\/\//.test(source)) return readAddress(source, maxBytes);
  return source === "-" ? collect(process.stdin, "standard input", maxBytes) : readFile(source, maxBytes);
}

/** A file or standard input as a stream, for input that does not fit in memory. */
export async function* streamInput(source: string): AsyncGenerator<Uint8Array, void> {
  const name = source === "-" ? "standard input" : source;
  const stream = source === "-" ? process.stdin : createReadStream(source);
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (problem) {
    throw new CliError(`can't read ${name} (${errorMessage(problem)})`);
  }
}

export async function readFile(path: string, maxBytes: number): Promise<Bytes> {
  return collect(createReadStream(path), path, maxBytes);
}

async function readAddress(address: string, maxBytes: number): Promise<Bytes> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_SECONDS * 1_000) });
    if (!response.ok) throw new CliError(`${address} answered with status ${response.status}`);
    return await collect(response.body ?? [], address, maxBytes);
  } catch (problem) {
    if (problem instanceof CliError) throw problem;
    throw new CliError(`can't fetch ${address} (${errorMessage(problem)})`);
  }
}

async function collect(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  maxBytes: number,
): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > maxBytes) throw new CliError(`${name} is larger than ${maxBytes} bytes`);
      parts.push(chunk);
    }
  } catch (problem) {
    if (problem instanceof CliError) throw problem;
    throw new CliError(`can't read ${name} (${errorMessage(problem)})`);
  }
  return new Uint8Array(Buffer.concat(parts));
}

export function errorMessage(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
