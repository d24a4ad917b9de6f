import { createTenant, newKey } from "../../../src/app/account/create-tenant.ts";
import { DEFAULT_SCOPES } from "../../../src/app/account/principal.ts";
import { createPlatform } from "../../../src/app/create-platform.ts";
import { newId } from "../../../src/app/runtime.ts";
import { insertProject } from "../../../src/store/account/api-keys.ts";
import type { Env } from "../../../src/env.ts";
import product, { Desk, Log } from "../../../src/worker.ts";

// The product, with a path that creates tenants.

export { Desk, Log };

/** For the 1,000 calls that wait in a benchmark: one key may have 256. */
const KEYS = 4;

async function newTenant(env: Env): Promise<Response> {
  const runtime = createPlatform(env);
  const { store, enrolUrl } = await createTenant(runtime, "Bench", "alex");
  const projectId = newId(runtime, "j");
  await insertProject(store, { id: projectId, name: "Bench", createdAt: runtime.now() });
  const apiKeys: string[] = [];
  for (let at = 0; at < KEYS; at++)
    apiKeys.push(await newKey(runtime, store, projectId, `Key ${at}`, DEFAULT_SCOPES));
  return Response.json({ apiKeys, enrolUrl });
}

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    return pathname === "/bench/tenant" ? await newTenant(env) : await product.fetch(request, env, context);
  },
};
