import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { readStartOptions, START_USAGE, type StartOptions } from "./options.ts";

// Runs the whole product on one machine: the same Worker, in the same runtime, without an account.

const WORKER = ".build/worker.mjs";

async function start(options: StartOptions): Promise<void> {
  const state = resolve(options.state);
  if (options.reset) rmSync(state, { recursive: true, force: true });
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml");
  const server = new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions,
      name: "countersign",
      modules: [{ type: "ESModule", path: resolve(WORKER) }],
      host: "127.0.0.1",
      port: options.port,
      resourcePersistencePath: state,
      cf: false,
      telemetry: { enabled: false },
    }),
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      void server.dispose().finally(() => process.exit(0));
    });
  }
  await server.ready;
  console.log(`\n  Countersign is running at ${options.origin}\n  Stop it with Ctrl-C.\n`);
  if (options.json) console.log(JSON.stringify({ ready: true, url: options.origin }));
}

const options = readStartOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${START_USAGE}`);
  process.exitCode = 2;
} else {
  await start(options);
}
