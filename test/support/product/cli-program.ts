import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";

// The command-line program as people run it: a process, an exit code.

const PROGRAM = new URL("../../../.build/countersign.mjs", import.meta.url).pathname;

/** What Node 20 does not have: the program must run on it, and the tests have a newer one. */
const AS_NODE_20 = `data:text/javascript,${[
  "delete Map.groupBy",
  "delete Object.groupBy",
  "delete Promise.withResolvers",
  "delete Promise.try",
  "delete Array.fromAsync",
  "delete URL.parse",
  "delete globalThis.Iterator",
  "delete Set.prototype.union",
  "delete Set.prototype.intersection",
  "delete Set.prototype.difference",
  "delete Set.prototype.isSubsetOf",
  "delete Set.prototype.isDisjointFrom",
  "delete RegExp.escape",
].join(";")}`;

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunningCli {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Everything it printed until now. */
  readonly output: () => string;
  readonly ended: Promise<CliResult>;
}

export function startCountersign(
  folder: string,
  args: readonly string[],
  input?: string | Uint8Array,
): RunningCli {
  const child = spawn(process.execPath, ["--import", AS_NODE_20, PROGRAM, ...args], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<CliResult>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  return { child, output: () => out + err, ended };
}

export async function countersign(
  folder: string,
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<CliResult> {
  return startCountersign(folder, args, input).ended;
}
