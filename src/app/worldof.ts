import type { Bytes } from "../core/bytes.ts";
import { theLog, type Env } from "../env.ts";
import { openDatabase } from "../store/db.ts";
import { toldLog } from "./toldlog.ts";
import type { ClerkPort, LogPort, World } from "./world.ts";

/** The world as this Worker has it. A clerk hands in itself, since it must not call its own stub. */
export function worldOf(env: Env, own?: Pick<World, "clerk">): World {
  const database = openDatabase(env);
  let log: LogPort | undefined;
  return {
    database,
    origin: env.ORIGIN,
    logOrigin: env.LOG_ORIGIN,
    now: () => Date.now(),
    random: (count): Bytes => crypto.getRandomValues(new Uint8Array(count)),
    clerk: own?.clerk ?? ((tenantId) => env.CLERK.getByName(tenantId) as unknown as ClerkPort),
    // Few calls need it, and to find it takes as long as to open the database.
    get log() {
      return (log ??= toldLog(theLog(env), database));
    },
  };
}
