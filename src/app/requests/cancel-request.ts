import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { applyUnsigned } from "../confirmation/apply-unsigned.ts";
import { loadCurrent } from "../confirmation/read.ts";

/** A member cancels a pending request that an agent or a program asked. */
export async function cancelRequest(call: ActCall, id: string): Promise<Result<{ readonly id: string }>> {
  const { runtime, store, actor } = call;
  const loaded = await loadCurrent(runtime, store, id);
  if (!loaded.ok) return loaded;
  if (loaded.value.row.type !== "decision" || actor.kind !== "person")
    return refuse(
      "not_allowed",
      "a change of who may sign, or of what is public, is not cancelled; who is asked can reject it",
    );
  const cancelled = await applyUnsigned(
    runtime,
    store,
    id,
    { kind: "cancel" },
    {
      person: actor.person.id,
      // Not its action, which is erased with the request one day.
      entry: trailEntry(call, { act: "request.cancelled", subject: { id, name: id } }),
    },
  );
  return cancelled.ok ? accept({ id }) : cancelled;
}
