import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface WranglerAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command of wrangler, without its first word. */
export type RunWrangler = (args: readonly string[]) => Promise<WranglerAnswer>;

const PROGRAM = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** The installed version. It has no terminal, so it asks nothing. */
export const runWrangler: RunWrangler = async (args) => {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", WRANGLER_SEND_METRICS: "false" },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, out, err };
};
