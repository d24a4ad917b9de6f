import type { Desk } from "../../desk/desk.ts";
import type { Env } from "../../env.ts";

/** What a Desk can be asked. */
export type DeskCalls = Omit<Desk, "alarm" | "fetch">;

type Calls = Readonly<Record<string, (...values: unknown[]) => unknown>>;

/** The Desk of a tenant. A ref that belongs to nobody has one, too: it answers that it knows nobody. */
export function deskOf(env: Env, ref: string): DeskCalls {
  // A new stub for each call: one whose object was replaced answers no further call.
  const call =
    (_target: object, name: string) =>
    (...values: unknown[]) =>
      (env.DESK.getByName(ref) as unknown as Calls)[name]?.(...values);
  return new Proxy({}, { get: call }) as DeskCalls;
}
