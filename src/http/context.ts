import type { Context } from "hono";
import type { World } from "../app/world.ts";
import type { Refusal } from "../core/refusal.ts";
import type { Env } from "../env.ts";
import { problem, type FieldError } from "./refusal.ts";

// What every door starts from.

export interface Door {
  Bindings: Env;
  Variables: {
    readonly world: World;
    /** The name of this call in the log. */
    readonly requestId: string;
  };
}
export type DoorContext = Context<Door>;

export function refused(context: DoorContext, refusal: Refusal, errors?: readonly FieldError[]): Response {
  return problem({ instance: context.req.path, requestId: context.get("requestId") }, refusal, errors);
}
