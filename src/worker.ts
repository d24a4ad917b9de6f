import { wakeDesks } from "./app/sealing/wake-desks.ts";
import { moveByCommand } from "./app/move-command.ts";
import { sweep } from "./app/sweep.ts";
import { Desk } from "./desk/desk.ts";
import { restoreLog } from "./app/sealing/restore-log.ts";
import { createPlatform } from "./app/create-platform.ts";
import { logStub, type Env } from "./env.ts";
import { app } from "./http/app.ts";
import { deskOf } from "./http/desk/desk-of.ts";
import { Log } from "./log/log.ts";

export { Desk, Log };

export default {
  fetch: app.fetch,
  async scheduled(_event: ScheduledController, env: Env): Promise<void> {
    const platform = createPlatform(env);
    const { databases } = platform;
    // First, since nothing can be sealed before the log is restored.
    const restored =
      env.LOG_RESTORE === undefined ? [] : await Promise.allSettled([restoreLog(databases, logStub(env))]);
    const move = env.MOVE_TENANT;
    const jobs = [
      wakeDesks(platform, (ref) => deskOf(env, ref).wake()),
      sweep(platform),
      ...(move === undefined ? [] : [moveByCommand(move, (ref, shard) => deskOf(env, ref).moveTo(shard))]),
    ];
    const results = [...restored, ...(await Promise.allSettled(jobs))];
    // A job that fails does not stop the others. The platform's log shows the error.
    for (const result of results) if (result.status === "rejected") throw result.reason;
  },
};
