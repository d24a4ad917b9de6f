import { applyD1Migrations, reset, runInDurableObject, type D1Migration } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { createTenant, type CreatedTenant } from "../../../src/app/account/create-tenant.ts";
import { openSession } from "../../../src/app/account/passkey-session.ts";
import { wakeDesks } from "../../../src/app/sealing/wake-desks.ts";
import { sweep } from "../../../src/app/sweep.ts";
import { verifications } from "../../../src/http/public/verification-handler.ts";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import type { Platform, Runtime } from "../../../src/app/runtime.ts";
import { refOfSecret } from "../../../src/core/confirmation/tenant-secret.ts";
import type { Env } from "../../../src/env.ts";
import { findPerson } from "../../../src/store/account/people.ts";
import { credentials } from "../../../src/store/schema.ts";
import { Memory } from "../../../src/store/memory/desk-memory.ts";
import { openTenant } from "../../../src/store/tenant-lookup.ts";
import type { TenantStore } from "../../../src/store/tenant-store.ts";
import { backend, BrowserClient, type Fetch } from "../../support/browser-client.ts";
import { checkDeclared } from "../rest/support/declared-problems.ts";

// The whole Worker on real D1 and Durable Objects, empty at the start of each file.

export const ORIGIN = "http://localhost:8787";
export const bindings = env as unknown as Env & {
  readonly DB_1: D1Database;
  readonly TEST_MIGRATIONS: D1Migration[];
};
export const fetchWorker: Fetch = async (url, init) => {
  await forgetEdits();
  const request = new Request(url, init);
  const response = await exports.default.fetch(request);
  await checkDeclared(request, response);
  return response;
};

let isEdited = false;
/** Of the tenants of this file. */
const refs = new Set<string>();

/** The rows were edited behind the back of the Desks, which would notice it after some seconds. */
export function noteEdit(): void {
  isEdited = true;
}

/** The Desks read again what they have remembered, if rows were edited. */
async function forgetEdits(): Promise<void> {
  if (!isEdited) return;
  isEdited = false;
  verifications.clear();
  for (const ref of refs)
    await runInDurableObject(bindings.DESK.getByName(ref), (desk) =>
      (desk as unknown as { forget(): void }).forget(),
    );
}

/** For a use case that a test runs itself, with what the tenant's Desk gives to it. */
export function runtimeOf({ tenantId }: TenantStore, platform: Platform = createPlatform(bindings)): Runtime {
  const inDesk = async <Value>(run: (desk: Runtime["desk"]) => Promise<Value>) => {
    await forgetEdits();
    // A stub from before a reset does not work any more.
    return runInDurableObject(bindings.DESK.getByName(tenantId), (desk) =>
      run((desk as unknown as { runtime: Runtime }).runtime.desk),
    );
  };
  return {
    ...platform,
    desk: {
      create: (draft) => inDesk((desk) => desk.create(draft)),
      seal: (committed) => inDesk((desk) => desk.seal(committed)),
      waitFor: (...wait) => inDesk((desk) => desk.waitFor(...wait)),
      send: () => undefined,
      wakePages: () => undefined,
    },
  };
}

/** As the cron does each minute. */
export async function wakeAllDesks(): Promise<void> {
  await wakeDesks(createPlatform(bindings), (ref) => deskOf(bindings, ref).wake());
}

/** Remembers nothing, and notes what a test writes. */
class Edits extends Memory {
  constructor() {
    super(() => Number.NaN);
  }

  override async during<Value>(...[effects, send]: Parameters<typeof Memory.prototype.during<Value>>) {
    if (effects.length > 0) noteEdit();
    return super.during(effects, send);
  }
}

const RESETS_MAX = 100;
const RESET_PAUSE_MILLISECONDS = 50;

/** `reset` keeps the storage of an object in use, such as the database under an alarm of the file before. */
export async function freshPlatform(): Promise<Platform> {
  refs.clear();
  for (let resets = 0; resets < RESETS_MAX; resets++) {
    await reset();
    let left = 0;
    for (const database of [bindings.DB, bindings.DB_1]) {
      await applyD1Migrations(database, bindings.TEST_MIGRATIONS);
      left += (await database.prepare("SELECT count(*) AS count FROM tenants").first<number>("count")) ?? 0;
    }
    if (left === 0) return createPlatform(bindings);
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
export function inShard(platform: Platform, shard: string): Platform {
  return { ...platform, databases: { ...platform.databases, open: [shard] } };
}

/** A tenant whose owner alex has enrolled. */
export async function newCompany(platform: Platform, name = "Acme"): Promise<Company> {
  const created = await createTenant(platform, name, "alex");
  refs.add(created.store.tenantId);
  const store = await openTenant(platform.databases, created.store.tenantId, new Edits());
  const tenant = { ...created, store: store ?? created.store };
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

/** The organisation of a demo, and the browser whose passkey owns it. */
export interface Demo {
  readonly ref: string;
  readonly store: TenantStore;
  readonly client: BrowserClient;
  readonly api: ReturnType<typeof backend>;
  /** Of its passkey. */
  readonly link: string;
  /** When it ends. */
  readonly until: number;
}

export async function newDemo({ databases }: Platform): Promise<Demo> {
  const client = await BrowserClient.create(fetchWorker, ORIGIN);
  const { secret, apiKey, deletedAt } = await client.startDemo();
  const ref = refOfSecret(secret) ?? "";
  refs.add(ref);
  const store = await openTenant(databases, ref);
  if (store === undefined) throw new Error("there is no such demo");
  const api = backend(fetchWorker, ORIGIN, apiKey);
  return { ref, store, client, api, link: `${ORIGIN}/enrol#${secret}`, until: Date.parse(deletedAt) };
}

/** Deletes what has expired by then. */
export async function sweepIn(milliseconds: number): Promise<void> {
  const now = Date.now() + milliseconds;
  await sweep({ ...createPlatform(bindings), now: () => now });
}

/** The secret of a new session of the only person who has this passkey. */
export async function sessionOf({ store }: Company, passkey: string): Promise<string> {
  const [row] = await store.select(credentials, eq(credentials.id, passkey));
  const person = await findPerson(store, row?.personId ?? "");
  if (row === undefined || person === undefined) throw new Error("there is no such passkey");
  return openSession(runtimeOf(store), store, row, { kind: "person", person, place: "" });
}

/** The id at the end of an approval page's address. */
export function idOf(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}
