import { visibleStatus } from "../../core/confirmation/decision.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { principalOf, type Principal } from "../account/principal.ts";
import type { ClientCall, Runtime } from "../runtime.ts";
import type { LoadedConfirmation } from "./load.ts";
import { read } from "./read.ts";

interface WaitedConfirmation {
  readonly loaded: LoadedConfirmation;
  /** False if the client disconnected or called again while it waited: then nobody reads this answer. */
  readonly attended: boolean;
}

/** Waits until there is an outcome to show, or this many seconds, and reads the confirmation. */
export async function wait(
  runtime: Runtime,
  principal: Principal,
  id: string,
  seconds: number,
  caller: ClientCall,
): Promise<Result<WaitedConfirmation>> {
  const before = await read(runtime, principal, id);
  if (!before.ok) return before;
  if (seconds === 0 || visibleStatus(before.value.state) !== "pending")
    return accept({ loaded: before.value, attended: true });
  const attended = await runtime.desk.waitFor(id, seconds, caller);
  // The key may have been revoked during the wait; then the caller must not see the outcome.
  const { store, key } = principal;
  const still = await principalOf(store, key.hash, runtime.now());
  if (!still.ok) return still;
  const after = await read(runtime, principal, id);
  return after.ok ? accept({ loaded: after.value, attended }) : after;
}
