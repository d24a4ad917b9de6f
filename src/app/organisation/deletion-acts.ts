import type { ChangeRequested } from "../../core/pages/account.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { act, requesterOfActor, type ActCall } from "../acts/act.ts";
import { trailNote } from "../acts/trail-entry.ts";
import type { ChangeOf } from "../directory/change.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { anyManager } from "../directory/managers.ts";
import { requestChange } from "../directory/request-change.ts";

export const DELETION_ACTS = { "organisation.delete": act("organisation.delete", requestDeletion) };

interface DeletionInput {
  /** The organisation's name as the person typed it, so that nobody does this by accident. */
  readonly typedName: string;
}

/** Requests that the organisation is deleted. An owner signs. */
async function requestDeletion(
  call: ActCall,
  { typedName }: DeletionInput,
): Promise<Result<ChangeRequested>> {
  const { runtime, store, actor } = call;
  const { name, stream } = await store.own();
  if (typedName !== name)
    return refuse(
      "validation_failed",
      "is not the name of this organisation; type it exactly as it is shown",
      "/typedName",
    );
  const change: ChangeOf<"tenant.deleted"> = {
    v: 1,
    kind: "countersign/change",
    change: "tenant.deleted",
    tenant: { name, stream: stream ?? "" },
  };
  const approver = anyManager(await directoryOf(store), change);
  if (!approver.ok) return approver;
  const requester = requesterOfActor(actor);
  const request = { change, action: "Delete this organisation", requester, approver: approver.value };
  const approval = await requestChange(runtime, store, request);
  await store.batch([trailNote(call, { act: "organisation.deletion_requested" })]);
  return accept({ approval });
}
