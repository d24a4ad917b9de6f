import type { Desk } from "../../desk/desk.ts";
import type { Env } from "../../env.ts";

/** What a Desk can be asked. */
export type DeskCalls = Omit<Desk, "alarm" | "fetch">;

/** The Desk of a tenant. A ref that belongs to nobody has one, too: it answers that it knows nobody. */
export function deskOf(env: Env, ref: string): DeskCalls {
  return env.DESK.getByName(ref) as unknown as DeskCalls;
}
