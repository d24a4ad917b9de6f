import { applyD1Migrations, reset, type D1Migration } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { createTenant, type CreatedTenant } from "../../../src/app/account/create-tenant.ts";
import { createRuntime } from "../../../src/app/create-runtime.ts";
import type { Runtime } from "../../../src/app/runtime.ts";
import type { Env } from "../../../src/env.ts";
import { backend, BrowserClient, type Fetch } from "../../support/browser-client.ts";

// The whole Worker on real D1 and Durable Objects, empty at the start of each file.

export const ORIGIN = "http://localhost:8787";
export const bindings = env as unknown as Env & {
  readonly DB_1: D1Database;
  readonly TEST_MIGRATIONS: D1Migration[];
};
export const fetchWorker: Fetch = (url, init) => exports.default.fetch(new Request(url, init));

const RESETS_MAX = 100;
const RESET_PAUSE_MILLISECONDS = 50;

/** `reset` keeps the storage of an object in use, such as the database under an alarm of the file before. */
export async function freshRuntime(): Promise<Runtime> {
  for (let resets = 0; resets < RESETS_MAX; resets++) {
    await reset();
    let left = 0;
    for (const database of [bindings.DB, bindings.DB_1]) {
      await applyD1Migrations(database, bindings.TEST_MIGRATIONS);
      left += (await database.prepare("SELECT count(*) AS count FROM tenants").first<number>("count")) ?? 0;
    }
    if (left === 0) return createRuntime(bindings);
    await scheduler.wait(RESET_PAUSE_MILLISECONDS);
  }
  throw new Error("the database could not be emptied");
}

/** The database, with callbacks that get each statement's text and each batch before it runs. */
export function observedDatabase(observer: {
  prepare?: (text: string) => void;
  batch?: () => void;
}): D1Database {
  const database: unknown = {
    prepare(text: string) {
      observer.prepare?.(text);
      return bindings.DB.prepare(text);
    },
    async batch(statements: D1PreparedStatement[]) {
      observer.batch?.();
      return bindings.DB.batch(statements);
    },
  };
  return database as D1Database;
}

export interface Company extends CreatedTenant {
  readonly alex: BrowserClient;
  readonly api: ReturnType<typeof backend>;
  readonly people: ReturnType<typeof backend>;
  /** Invited, enrolled and endorsed by alex. */
  readonly enrolled: (username: string, role?: string) => Promise<BrowserClient>;
  /** Creates a request for one person. Returns its id. */
  readonly asked: (username?: string, more?: object) => Promise<string>;
}

/** The same runtime, with this shard for new tenants. */
export function inShard(runtime: Runtime, shard: string): Runtime {
  return { ...runtime, databases: { ...runtime.databases, open: [shard] } };
}

/** A tenant whose owner alex has enrolled. */
export async function newCompany(runtime: Runtime, name = "Acme"): Promise<Company> {
  const tenant = await createTenant(runtime, name, "alex");
  const alex = await BrowserClient.create(fetchWorker, ORIGIN);
  await alex.enrol(tenant.enrolUrl);
  const api = backend(fetchWorker, ORIGIN, tenant.apiKey);
  const people = backend(fetchWorker, ORIGIN, tenant.peopleKey);
  return {
    ...tenant,
    alex,
    api,
    people,
    async enrolled(username, role = "approver") {
      const invited = await people("POST", "/api/invites", { username, role });
      const client = await BrowserClient.create(fetchWorker, ORIGIN);
      const { body } = await client.enrol(invited.body.enrolUrl);
      await alex.decide(idOf(body.approval));
      return client;
    },
    async asked(username = "alex", more = {}) {
      const request = {
        username,
        action: "Deploy to production",
        payload: { service: "api", sha: "abc123" },
      };
      const { body } = await api("POST", "/api/confirmations", { ...request, ...more });
      return body.id;
    },
  };
}

/** The id at the end of an approval page's address. */
export function idOf(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}
