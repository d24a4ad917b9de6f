import type { Env } from "../../env.ts";

/** Whether visitors may try the product here. A setting that is wrong lets nobody. */
export function hasDemo({ DEMO }: Pick<Env, "DEMO">): boolean {
  return DEMO === "on";
}
