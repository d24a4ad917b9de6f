import { join, resolve } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { createTenant, newKey } from "../../../src/app/account/create-tenant.ts";
import { DEFAULT_SCOPES, SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { newId, type Runtime } from "../../../src/app/runtime.ts";
import { databaseBindings } from "../../../src/local/local-server.ts";
import { migrate, readSettings } from "../../../src/local/state-folder.ts";
import { fromHex } from "../../../src/core/encoding/bytes.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import { openDatabases, type DatabaseBindings } from "../../../src/store/database.ts";
import { findPersonByName } from "../../../src/store/account/people.ts";
import { projects } from "../../../src/store/schema.ts";
import type { PushSubscriptionData } from "../receivers/push-service.ts";
import { insertDevice, insertWebhook } from "./receiver-rows.ts";

// product.ts runs this as a program before the product starts. It creates tenants in the state folder, so that
// every test file has its own owner to enrol, in the shards in turn. Arguments: the folder, the origin, then for each
// tenant its name, the names of its project and its API key, the address of its webhook and the push subscription of its
// owner in JSON, which may both be empty.

const [folder = "", origin = "", ...names] = process.argv.slice(2);
const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml");
const server = new Miniflare(
  convertV4MiniflareOptions({
    ...workerOptions,
    name: "countersign",
    modules: [{ type: "ESModule", path: resolve(".build/worker.mjs") }],
    resourcePersistencePath: join(folder, "data"),
    cf: false,
    telemetry: { enabled: false },
  }),
);
for (const binding of databaseBindings())
  await migrate(await server.getD1Database(binding, "countersign"), "migrations");
const databases = openDatabases(await server.getBindings<DatabaseBindings>("countersign"));
const runtime = {
  databases,
  origin,
  now: () => Date.now(),
  random: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
} as Runtime;
const seed = expectOk(fromHex(readSettings(folder, origin).sendSeed));
const tenants: object[] = [];
for (let at = 0; at + 4 < names.length; at += 5) {
  const [name = "", project = "", key = "", hook = "", subscription = ""] = names.slice(at, at + 5);
  const shard = databases.open[(at / 5) % databases.open.length] ?? "";
  const inShard = { ...runtime, databases: { ...databases, open: [shard] } };
  const { store, enrolUrl, peopleKey, auditKey } = await createTenant(inShard, name, "alex");
  const projectId = newId(runtime, "j");
  await store.insert(projects, { id: projectId, name: project, createdAt: runtime.now() });
  const apiKey = await newKey(runtime, store, projectId, key, DEFAULT_SCOPES);
  const sandbox = newId(runtime, "j");
  await store.insert(projects, { id: sandbox, name: "Sandbox", mode: "test", createdAt: runtime.now() });
  const testKey = await newKey(runtime, store, sandbox, key, DEFAULT_SCOPES);
  const manageKey = await newKey(runtime, store, projectId, "Manager", ["manage"]);
  const fullKey = await newKey(runtime, store, projectId, "Everything", SCOPES);
  const webhookKeys = hook === "" ? {} : await insertWebhook(runtime, store, seed, hook);
  const owner = await findPersonByName(store, "alex");
  if (subscription !== "" && owner !== undefined)
    await insertDevice(runtime, store, owner.id, JSON.parse(subscription) as PushSubscriptionData);
  tenants.push({ name, apiKey, testKey, peopleKey, auditKey, manageKey, fullKey, enrolUrl, webhookKeys });
}
await server.dispose();
process.stdout.write(`${JSON.stringify(tenants)}\n`);
