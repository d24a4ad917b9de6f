import type { Platform } from "../app/runtime.ts";
import { openDatabases, type DatabaseBindings } from "../store/database.ts";

/** For what runs outside the Worker. It has no log and sends nothing: what is done here is not sealed. */
export function outsidePlatform(bindings: DatabaseBindings, origin: string): Platform {
  const platform: Omit<Platform, "log" | "logOrigin" | "send"> = {
    databases: openDatabases(bindings),
    origin,
    now: () => Date.now(),
    random: (count) => crypto.getRandomValues(new Uint8Array(count)),
  };
  return platform as Platform;
}
