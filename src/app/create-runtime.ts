import type { Bytes } from "../core/encoding/bytes.ts";
import { logStub, type Env } from "../env.ts";
import { openDatabases } from "../store/database.ts";
import { createLogClient } from "./sealing/log-client.ts";
import type { DeskPort, LogClient, Runtime } from "./runtime.ts";

/** The runtime of this Worker. A desk passes itself, because it must not call its own stub. */
export function createRuntime(env: Env, own?: Pick<Runtime, "desk">): Runtime {
  const databases = openDatabases(env);
  let log: LogClient | undefined;
  return {
    databases,
    origin: env.ORIGIN,
    logOrigin: env.LOG_ORIGIN,
    now: () => Date.now(),
    random: (count): Bytes => crypto.getRandomValues(new Uint8Array(count)),
    desk: own?.desk ?? ((tenantId) => env.DESK.getByName(tenantId) as unknown as DeskPort),
    // Created on first use: few calls need the log.
    get log() {
      return (log ??= createLogClient(logStub(env), databases));
    },
  };
}
