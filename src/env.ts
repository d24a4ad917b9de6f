import type { Log } from "./log/log.ts";
import { LOG_NAME } from "./log/log-settings.ts";

/** What wrangler.toml binds, and the settings of this deployment. */
export interface Env {
  readonly DB: D1Database;
  readonly LOG: DurableObjectNamespace<Log>;
  /** One for each tenant, named after it. Its class is told by the caller: a type here would close a circle. */
  readonly DESK: DurableObjectNamespace;
  readonly ASSETS: Fetcher;
  /** The copy of the log. */
  readonly COPY: R2Bucket;
  /** The full origin where people sign; it is the relying party of every statement. */
  readonly ORIGIN: string;
  /** The log's name, such as "localhost:8787/log". It stays for the life of the log. */
  readonly LOG_ORIGIN: string;
  /** Secret: 32 bytes in hexadecimal digits. */
  readonly LOG_SEED: string;
  /** Secret, while the log's key is changed: the seed of the next one. */
  readonly LOG_SEED_NEXT?: string;
  /** While a lost log is restored: the newest checkpoint that anybody has of it. */
  readonly LOG_RESTORE?: string;
}

export function logStub(env: Env): DurableObjectStub<Log> {
  return env.LOG.getByName(LOG_NAME);
}
