import type { Bytes } from "../core/encoding/bytes.ts";
import { logStub, type Env } from "../env.ts";
import { openDatabase } from "../store/database.ts";
import { createLogClient } from "./sealing/log-client.ts";
import type { DeskPort, LogClient, Runtime } from "./runtime.ts";

/** The runtime as this Worker has it. A desk hands in itself, since it must not call its own stub. */
export function createRuntime(env: Env, own?: Pick<Runtime, "desk">): Runtime {
  const database = openDatabase(env);
  let log: LogClient | undefined;
  return {
    database,
    origin: env.ORIGIN,
    logOrigin: env.LOG_ORIGIN,
    now: () => Date.now(),
    random: (count): Bytes => crypto.getRandomValues(new Uint8Array(count)),
    desk: own?.desk ?? ((tenantId) => env.DESK.getByName(tenantId) as unknown as DeskPort),
    // Few calls need it, and to find it takes as long as to open the database.
    get log() {
      return (log ??= createLogClient(logStub(env), database));
    },
  };
}
