import { createTenant, newKey } from "../../../src/app/account/create-tenant.ts";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { newId } from "../../../src/app/runtime.ts";
import { findPersonByName } from "../../../src/store/account/people.ts";
import { projects } from "../../../src/store/schema.ts";
import type { Env } from "../../../src/env.ts";
import { DESK_LIMITS, type DeskLimits } from "../../../src/desk/desk-limits.ts";
import { LIMITS, type Rates } from "../../../src/desk/rate-limits.ts";
import { insertDevice, insertWebhook } from "../../support/product/receiver-rows.ts";
import type { PushSubscriptionData } from "../../support/receivers/push-service.ts";
import product, { Desk as RealDesk, Log } from "../../../src/worker.ts";

// The product, without the limits of calls a minute, and with a path that creates tenants.

export { Log };

/** More than any benchmark makes. Each call is still counted. */
const CALLS_MAX = 1_000_000;

const rates = Object.fromEntries(
  Object.entries(LIMITS).map(([name, limit]) => [name, { ...limit, quota: CALLS_MAX }]),
) as Rates;

export class Desk extends RealDesk {
  static override readonly limits: DeskLimits = {
    ...DESK_LIMITS,
    rates,
    pendingRequests: Number.POSITIVE_INFINITY,
  };
}

/** For the 1,000 calls that wait in a benchmark: one key may have 256. */
const KEYS = 4;

/** With a webhook and a device of its owner, if the address has them. */
async function newTenant(env: Env, shard: string, receivers: URLSearchParams): Promise<Response> {
  const runtime = createPlatform({ ...env, OPEN_SHARDS: shard });
  const { store, enrolUrl } = await createTenant(runtime, "Bench", "alex");
  const projectId = newId(runtime, "j");
  await store.insert(projects, { id: projectId, name: "Bench", createdAt: runtime.now() });
  const apiKeys: string[] = [];
  for (let at = 0; at < KEYS; at++)
    apiKeys.push(await newKey(runtime, store, projectId, `Key ${at}`, DEFAULT_SCOPES));
  const hook = receivers.get("webhook");
  const webhookKeys = hook === null ? {} : await insertWebhook(runtime, store, runtime.send.seed, hook);
  const subscription = receivers.get("device");
  const owner = await findPersonByName(store, "alex");
  if (subscription !== null && owner !== undefined)
    await insertDevice(runtime, store, owner.id, JSON.parse(subscription) as PushSubscriptionData);
  const peopleKey = await newKey(runtime, store, projectId, "People", [...DEFAULT_SCOPES, "people"]);
  return Response.json({ apiKeys, peopleKey, enrolUrl, webhookKeys });
}

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const shard = /^\/bench\/tenant\/(.)$/.exec(pathname)?.[1];
    return shard === undefined
      ? await product.fetch(request, env, context)
      : await newTenant(env, shard, searchParams);
  },
};
