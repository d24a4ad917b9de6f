import { tenantsWithWork } from "../store/lookup.ts";
import type { World } from "./world.ts";

/** Every minute: nobody may be left asleep because a ring was lost. */
export async function ringAll(world: World): Promise<void> {
  const now = world.now();
  for (const tenant of await tenantsWithWork(world.database, now)) {
    // One tenant whose clerk fails must not keep the others asleep.
    await Promise.allSettled([world.clerk(tenant).wakeAt(now), world.clerk(tenant).ring()]);
  }
}
