import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { MAIL_BINDING, mailFolder } from "./mail-folder.ts";
import { OUTBOUND_NETWORK, outboundNetwork } from "./outbound-network.ts";
import type { StartOptions } from "./start-options.ts";
import type { Settings } from "./state-folder.ts";

// Runs the built Worker in workerd, on a port of this machine, with its databases in a folder.

const WORKER = ".build/worker.mjs";
const HOST = "127.0.0.1";
const NAME = "countersign";

type ServeOptions = Pick<StartOptions, "port" | "origin"> & Partial<Pick<StartOptions, "sendTo">>;

export class PortTaken extends Error {}

export async function serve(
  { port, origin, sendTo = [] }: ServeOptions,
  folder: string,
  { logOrigin, logSeed, logSeedNext, ...sending }: Settings,
): Promise<Miniflare> {
  await refuseTakenPort(port);
  return serveWorker({
    port,
    data: join(folder, "data"),
    module: { type: "ESModule", path: resolve(WORKER) },
    bindings: {
      ORIGIN: origin,
      LOG_ORIGIN: logOrigin,
      LOG_SEED: logSeed,
      ...(logSeedNext === undefined ? {} : { LOG_SEED_NEXT: logSeedNext }),
      SEND_SEED: sending.sendSeed,
      VAPID_PUBLIC_KEY: sending.vapidPublicKey,
      VAPID_PRIVATE_KEY: sending.vapidPrivateKey,
      ...(sendTo.length > 0 && { OUTBOUND_TEST_ORIGINS: sendTo.join(" ") }),
      ...settingsOfEnvironment(),
    },
  });
}

/** Settings that a deployment has in wrangler.toml or as secrets. */
const FROM_ENVIRONMENT = ["LOG_RESTORE", "MOVE_TENANT", "SECURITY_CONTACT", "SIGNUP", "SIGNUP_CODE", "DEMO"];

function settingsOfEnvironment(): Readonly<Record<string, string>> {
  const given = FROM_ENVIRONMENT.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

interface Serving {
  readonly port: number;
  readonly data: string;
  readonly module: { readonly type: "ESModule"; readonly path: string; readonly contents?: string };
  readonly bindings: Readonly<Record<string, string>>;
  /** Durable Objects in addition to the product's own. */
  readonly objects?: Readonly<Record<string, { readonly className: string; readonly useSQLite: true }>>;
}

export function serveWorker({ port, data, module, bindings, objects }: Serving): Miniflare {
  const { email: _onCloudflare, ...workerOptions } =
    unstable_getMiniflareWorkerOptions("wrangler.toml").workerOptions;
  const worker = {
    ...workerOptions,
    name: NAME,
    modules: [module],
    bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings },
    durableObjects: { ...(workerOptions.durableObjects as object), ...objects },
    serviceBindings: { EMAIL: MAIL_BINDING },
    outboundService: OUTBOUND_NETWORK,
  };
  // A second, empty Worker owns the port and forwards it to the first one. If a Worker with assets owns the
  // port, the runtime puts two Workers of its own in front of it: a third of the requests per second.
  const portOwner = {
    name: `${NAME}-port`,
    modules: [{ type: "ESModule" as const, path: "port.mjs", contents: "export default {};" }],
    compatibilityDate: String(workerOptions.compatibilityDate),
    unsafeDirectSockets: [{ host: HOST, port, serviceName: NAME }],
  };
  const options = {
    workers: [
      worker,
      portOwner,
      outboundNetwork(bindings["OUTBOUND_TEST_ORIGINS"] ?? ""),
      mailFolder(join(dirname(data), "mails")),
    ],
    host: HOST,
    resourcePersistencePath: data,
    cf: false,
    telemetry: { enabled: false },
  };
  return new Miniflare(convertV4MiniflareOptions(options));
}

/** The names of the bindings of all D1 databases. */
export function databaseBindings(): readonly string[] {
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml");
  return Object.keys(workerOptions.d1Databases ?? {});
}

/** The runtime's own error for a port in use is hard to understand. */
async function refuseTakenPort(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, HOST);
    await once(server, "listening");
  } catch {
    throw new PortTaken(`Port ${port} is in use. Choose another one with --port.`);
  }
  server.close();
  await once(server, "close");
}
