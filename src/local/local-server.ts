import { once } from "node:events";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { StartOptions } from "./start-options.ts";
import type { Settings } from "./state-folder.ts";

// The built Worker in its runtime, on a port of this machine, with its databases in a folder.

const WORKER = ".build/worker.mjs";
const HOST = "127.0.0.1";
const NAME = "countersign";

export type ServeOptions = Pick<StartOptions, "port" | "origin">;

export class PortTaken extends Error {}

export async function serve(
  { port, origin }: ServeOptions,
  folder: string,
  { logOrigin, logSeed, logSeedNext }: Settings,
): Promise<Miniflare> {
  await refuseTakenPort(port);
  const restored = process.env["LOG_RESTORE"];
  return serveWorker({
    port,
    data: join(folder, "data"),
    module: { type: "ESModule", path: resolve(WORKER) },
    bindings: {
      ORIGIN: origin,
      LOG_ORIGIN: logOrigin,
      LOG_SEED: logSeed,
      ...(logSeedNext === undefined ? {} : { LOG_SEED_NEXT: logSeedNext }),
      ...(restored === undefined ? {} : { LOG_RESTORE: restored }),
    },
  });
}

export interface Serving {
  readonly port: number;
  readonly data: string;
  readonly module: { readonly type: "ESModule"; readonly path: string; readonly contents?: string };
  readonly bindings: Readonly<Record<string, string>>;
  /** Objects besides the product's own. */
  readonly objects?: Readonly<Record<string, { readonly className: string; readonly useSQLite: true }>>;
}

export function serveWorker({ port, data, module, bindings, objects }: Serving): Miniflare {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml");
  const worker = {
    ...workerOptions,
    name: NAME,
    modules: [module],
    bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings },
    durableObjects: { ...(workerOptions.durableObjects as object), ...objects },
  };
  // The port belongs to a second Worker that does nothing and hands it to the first: on the port of a Worker
  // with assets the runtime puts two of its own before it, and takes a third as many requests a second.
  const door = {
    name: `${NAME}-door`,
    modules: [{ type: "ESModule" as const, path: "door.mjs", contents: "export default {};" }],
    compatibilityDate: String(workerOptions.compatibilityDate),
    unsafeDirectSockets: [{ host: HOST, port, serviceName: NAME }],
  };
  const options = {
    workers: [worker, door],
    host: HOST,
    resourcePersistencePath: data,
    cf: false,
    telemetry: { enabled: false },
  };
  return new Miniflare(convertV4MiniflareOptions(options));
}

/** The runtime itself says little of a port that it can't have. */
async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, "listening");
  } catch {
    throw new PortTaken(`Port ${port} is in use; choose another one with --port.`);
  }
  server.close();
  await once(server, "close");
}
