import type { Log } from "./log/log.ts";
import { LOG_NAME } from "./log/log-settings.ts";

/** The bindings of wrangler.toml and the settings of this deployment. */
export interface Env {
  readonly DB: D1Database;
  readonly [shard: `DB_${number}`]: D1Database | undefined;
  readonly LOG: DurableObjectNamespace<Log>;
  /** One per tenant, named by the tenant's id. Callers give its class: naming it here would be an import cycle. */
  readonly DESK: DurableObjectNamespace;
  readonly ASSETS: Fetcher;
  /** The copy of the log. */
  readonly COPY: R2Bucket;
  /** Where new tenants go, as "0 1": "0" is DB, "1" is DB_1. */
  readonly OPEN_SHARDS: string;
  /** Counts calls by network address. Absent where another machine in front does that. */
  readonly ADDRESS_LIMIT?: RateLimit;
  /** Counts sign-ups and demos by network address. Absent where another machine in front does that. */
  readonly SIGNUP_LIMIT?: RateLimit;
  /** Who may sign up: "open", "code" or "closed". Anything else is closed. */
  readonly SIGNUP: string;
  /** Secret, with SIGNUP "code": what people need to sign up. */
  readonly SIGNUP_CODE?: string;
  /** Whether visitors may try the product in a sandbox: "on". Anything else is off. */
  readonly DEMO?: string;
  /** The full origin where people sign. It is the relying party of every statement. */
  readonly ORIGIN: string;
  /** The log's name, such as "localhost:8787/log". It never changes. */
  readonly LOG_ORIGIN: string;
  /** Where people report a flaw: a URI, such as "mailto:security@example.com". */
  readonly SECURITY_CONTACT: string;
  /** Secret: 32 bytes in hexadecimal digits. */
  readonly LOG_SEED: string;
  /** Secret, during a change of the log's key: the seed of the next key. */
  readonly LOG_SEED_NEXT?: string;
  /** While a lost log is restored: the newest checkpoint known to anyone. */
  readonly LOG_RESTORE?: string;
  /** Secret: 32 bytes in hexadecimal digits. The secrets of webhooks and of links in mails are derived from it. */
  readonly SEND_SEED: string;
  /** Secrets: a P-256 pair in base64url. Absent where nothing is sent by web push. */
  readonly VAPID_PUBLIC_KEY?: string;
  readonly VAPID_PRIVATE_KEY?: string;
  /** Absent where no mail is sent. */
  readonly EMAIL?: SendEmail;
  /** The sender of mails. */
  readonly EMAIL_FROM?: string;
  /** On one machine: exact origins, separated by spaces, to which messages may be sent besides public hosts. */
  readonly OUTBOUND_TEST_ORIGINS?: string;
  /** While a tenant is moved: its ref, a space, and the shard to which it goes. */
  readonly MOVE_TENANT?: string;
}

export function logStub(env: Env): DurableObjectStub<Log> {
  return env.LOG.getByName(LOG_NAME);
}
