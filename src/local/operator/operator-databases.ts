import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, type RemoteProxyConnectionString } from "miniflare";
import { startRemoteProxySession } from "wrangler";
import type { DatabaseBindings } from "../../store/database.ts";
import { readDeployment, WRANGLER_TOML, type DeploymentConfig } from "../deploy/deployment-config.ts";
import { migrate } from "../state-folder.ts";

// The databases for one command, without the Worker: those of a state folder, or those of a deployment. Both have the
// same interface, so the same code runs on either.

const NAME = "countersign";

export interface OpenDatabases {
  readonly bindings: DatabaseBindings;
  /** Where people sign. */
  readonly origin: string | undefined;
  readonly close: () => Promise<void>;
}

/** Of a server that is not running. Migrated, as at its next start. */
export async function openStateFolder(folder: string): Promise<OpenDatabases> {
  const config = readDeployment(WRANGLER_TOML);
  const server = serveDatabases(config, { data: join(folder, "data") });
  for (const { binding, migrations_dir: migrations } of config.d1_databases)
    await migrate(await server.getD1Database(binding, NAME), migrations);
  return {
    bindings: await bindingsOf(server, config),
    origin: undefined,
    close: async () => server.dispose(),
  };
}

/** A connection to remote bindings, and how it ends. */
export interface RemoteSession {
  readonly remoteProxyConnectionString: RemoteProxyConnectionString;
  readonly dispose: () => Promise<void>;
}

export type StartSession = (config: DeploymentConfig) => Promise<RemoteSession>;

/**
 * With the sign-in of wrangler: it uploads a temporary Worker to the account that passes each statement on. So no route of
 * the deployment can do this, and no secret is needed for it.
 */
export const startSession: StartSession = async ({ account_id: account, d1_databases: databases }) => {
  // This function of wrangler reads no wrangler.toml.
  if (account !== undefined) process.env["CLOUDFLARE_ACCOUNT_ID"] ??= account;
  const bindings = databases.map(({ binding, database_id: id }) => [
    binding,
    { type: "d1", database_id: id, remote: true },
  ]);
  return (await startRemoteProxySession(Object.fromEntries(bindings))) as RemoteSession;
};

export async function openDeployment(
  environment: string,
  start = startSession,
  config = readDeployment(WRANGLER_TOML, environment),
): Promise<OpenDatabases> {
  if (config.d1_databases.some((database) => database.database_id === undefined))
    throw new RangeError(`[env.${environment}] of wrangler.toml has no database_id yet`);
  const session = await start(config);
  const server = serveDatabases(config, { session });
  return {
    bindings: await bindingsOf(server, config),
    origin: config.vars["ORIGIN"],
    close: async () => {
      await server.dispose();
      await session.dispose();
    },
  };
}

function serveDatabases(
  config: DeploymentConfig,
  { data, session }: { readonly data?: string; readonly session?: RemoteSession },
): Miniflare {
  const remote = session && { remoteProxyConnectionString: session.remoteProxyConnectionString };
  const databases = config.d1_databases.map(({ binding, database_id: id = "" }) => [
    binding,
    { id, ...remote },
  ]);
  return new Miniflare(
    convertV4MiniflareOptions({
      name: NAME,
      modules: [{ type: "ESModule", path: "none.mjs", contents: "export default {};" }],
      d1Databases: Object.fromEntries(databases) as Record<string, { id: string }>,
      ...(data === undefined ? {} : { resourcePersistencePath: data }),
      cf: false,
      telemetry: { enabled: false },
    }),
  );
}

async function bindingsOf(server: Miniflare, { vars }: DeploymentConfig): Promise<DatabaseBindings> {
  const databases = await server.getBindings<DatabaseBindings>(NAME);
  return { ...databases, OPEN_SHARDS: vars["OPEN_SHARDS"] ?? "" };
}
