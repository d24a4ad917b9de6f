import type { Bytes } from "../core/encoding/bytes.ts";
import { logStub, type Env } from "../env.ts";
import { openDatabases } from "../store/database.ts";
import { createOutbound } from "./create-outbound.ts";
import { createLogClient } from "./sealing/log-client.ts";
import type { Platform } from "./runtime.ts";

/** One for all requests with the same bindings: connecting to the databases takes 4 % of the time of a poll. */
const platforms = new WeakMap<Env, Platform>();

export function platformOf(env: Env): Platform {
  const platform = platforms.get(env) ?? createPlatform(env);
  platforms.set(env, platform);
  return platform;
}

/** The platform as this Worker's bindings give it. */
export function createPlatform(env: Env): Platform {
  const databases = openDatabases(env);
  return {
    databases,
    origin: env.ORIGIN,
    logOrigin: env.LOG_ORIGIN,
    now: () => Date.now(),
    random: (count): Bytes => crypto.getRandomValues(new Uint8Array(count)),
    log: createLogClient(() => logStub(env), databases),
    send: createOutbound(env, () => Date.now()),
  };
}
