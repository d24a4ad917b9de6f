import { ringAll } from "./app/ringall.ts";
import { Clerk } from "./app/clerk.ts";
import { worldOf } from "./app/worldof.ts";
import type { Env } from "./env.ts";
import { app } from "./http/app.ts";
import { Log } from "./log/log.ts";

export { Clerk, Log };

export default {
  fetch: app.fetch,
  async scheduled(_event: ScheduledController, env: Env): Promise<void> {
    await ringAll(worldOf(env));
  },
};
