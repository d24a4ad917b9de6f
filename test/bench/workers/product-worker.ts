import { createTenant } from "../../../src/app/account/create-tenant.ts";
import { createRuntime } from "../../../src/app/create-runtime.ts";
import type { Env } from "../../../src/env.ts";
import product, { Desk, Log } from "../../../src/worker.ts";

// The product, with a path that creates tenants.

export { Desk, Log };

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname !== "/bench/tenant") return await product.fetch(request, env, context);
    const { apiKey, peopleKey, enrolUrl } = await createTenant(createRuntime(env), "Bench", "alex");
    return Response.json({ apiKey, peopleKey, enrolUrl });
  },
};
