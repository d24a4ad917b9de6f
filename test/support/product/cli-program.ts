import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";

// The command-line program as people run it: a process, an exit code.

const PROGRAM = new URL("../../../.build/countersign.mjs", import.meta.url).pathname;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** What it has said so far. */
  readonly said: () => string;
  readonly ended: Promise<Ran>;
}

export function startCountersign(
  folder: string,
  words: readonly string[],
  input?: string | Uint8Array,
): Running {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<Ran>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  return { child, said: () => out + err, ended };
}

export async function countersign(
  folder: string,
  words: readonly string[],
  input?: string | Uint8Array,
): Promise<Ran> {
  return startCountersign(folder, words, input).ended;
}
