import type { World } from "./world.ts";

// Calls of the tenant's clerk that must not undo what the rows already say. If one fails, what it was to
// do is done by the clerk's alarm, by the cron of each minute, or by whoever reads next.

/** Sealed when this returns, if the log is up; else the outcome stays unseen until it is. */
export async function ring(world: World, tenantId: string): Promise<void> {
  await quietly(world.clerk(tenantId).ring());
}

export async function wakeAt(world: World, tenantId: string, at: number): Promise<void> {
  await quietly(world.clerk(tenantId).wakeAt(at));
}

/** The caller reads the rows next, whatever became of the waiting. */
export async function waitFor(
  world: World,
  tenantId: string,
  confirmation: string,
  seconds: number,
): Promise<void> {
  await quietly(world.clerk(tenantId).wait(confirmation, seconds));
}

async function quietly(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch {
    // See above: the rows are the truth.
  }
}
