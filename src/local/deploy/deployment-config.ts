import { unstable_readConfig } from "wrangler";

// What wrangler.toml says about one environment. The types of wrangler say nothing about it.

export const WRANGLER_TOML = "wrangler.toml";

export interface DeploymentConfig {
  readonly name: string;
  readonly account_id?: string;
  readonly routes?: readonly { readonly pattern: string; readonly custom_domain: boolean }[];
  readonly workers_dev: boolean;
  readonly preview_urls: boolean;
  readonly vars: Readonly<Record<string, string>>;
  readonly d1_databases: readonly DatabaseConfig[];
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name: string }[];
  readonly ratelimits: readonly {
    readonly name: string;
    readonly namespace_id: string;
    readonly simple: { readonly limit: number; readonly period: number };
  }[];
  readonly send_email: readonly { readonly name: string }[];
  readonly durable_objects: {
    readonly bindings: readonly { readonly name: string; readonly class_name: string }[];
  };
  readonly assets: { readonly directory: string; readonly binding: string };
  readonly triggers: { readonly crons: readonly string[] };
  readonly migrations: readonly { readonly tag: string; readonly new_sqlite_classes: readonly string[] }[];
  readonly observability: {
    readonly redact_query_string: boolean;
    readonly logs: { readonly invocation_logs: boolean };
  };
}

export interface DatabaseConfig {
  readonly binding: string;
  readonly database_name: string;
  readonly migrations_dir: string;
  /** Missing until the database was created. */
  readonly database_id?: string;
}

/** Without an environment: what `npm start` and the tests use. Raises if there is no such environment. */
export function readDeployment(file: string, environment?: string): DeploymentConfig {
  const env = environment === undefined ? {} : { env: environment };
  return unstable_readConfig({ config: file, ...env }) as DeploymentConfig;
}
