import { ringAll } from "./app/ringall.ts";
import { Clerk } from "./app/clerk.ts";
import { restoreLog } from "./app/restorelog.ts";
import { worldOf } from "./app/worldof.ts";
import { theLog, type Env } from "./env.ts";
import { app } from "./http/app.ts";
import { Log } from "./log/log.ts";

export { Clerk, Log };

export default {
  fetch: app.fetch,
  async scheduled(_event: ScheduledController, env: Env): Promise<void> {
    const world = worldOf(env);
    try {
      // First, since nothing is sealed before it is done.
      if (env.LOG_RESTORE !== undefined) await restoreLog(world.database, theLog(env));
    } finally {
      await ringAll(world);
    }
  },
};
