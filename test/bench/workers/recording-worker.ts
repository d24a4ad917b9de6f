import type { Env } from "../../../src/env.ts";
import product, { Desk as BenchDesk, Log } from "./product-worker.ts";
import { recordingEnv, recordWake, takeRoundTrips } from "./record-round-trips.ts";

// The product of the benchmarks, which records each round trip of its Worker and of its Desks.

export { Log };

export class Desk extends BenchDesk {
  constructor(state: DurableObjectState, env: Env) {
    super(state, recordingEnv(env));
  }

  override async wait(...values: Parameters<BenchDesk["wait"]>): ReturnType<BenchDesk["wait"]> {
    const result = await super.wait(...values);
    recordWake();
    return result;
  }
}

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/trips") return Response.json(takeRoundTrips());
    return await product.fetch(request, recordingEnv(env), context);
  },
};
