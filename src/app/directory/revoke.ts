import { mayDecide } from "../../core/stream/directory.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { activePasskeysOf, findPasskeyOf } from "../../store/account/passkeys.ts";
import type { CredentialRow, PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Runtime } from "../runtime.ts";
import { directoryOf, type ChangeOf } from "./change.ts";
import { anyManager } from "./managers.ts";
import { requestChange, requesterOf } from "./request-change.ts";

/** Requests that this passkey is revoked. The person signs, or a manager if the person can't. */
export async function requestRevocation(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  person: PersonRow,
): Promise<Result<string>> {
  const passkey = await findPasskeyOf(store, person.id, id);
  // A passkey that was never active is not revoked: its endorsement is rejected, or never requested.
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null)
    return refuse("not_found", "there is no such passkey");
  const change = revocationOf(passkey, person);
  const directory = await directoryOf(store);
  const lastOwner = lastOwnerFailure(directory, change);
  if (lastOwner !== undefined) return refuse("last_way_in", lastOwner);
  const canSign = (await activePasskeysOf(store, person.id)).length > 0 && mayDecide(person);
  const approver = canSign ? accept(person.id) : anyManager(directory, change);
  if (!approver.ok) return approver;
  const action = `Revoke ${person.username}'s passkey "${passkey.label}"`;
  const requester = requesterOf(person);
  return accept(await requestChange(runtime, store, { change, action, requester, approver: approver.value }));
}

export function revocationOf(
  { id }: Pick<CredentialRow, "id">,
  { id: person, username }: PersonRow,
): ChangeOf<"credential.revoked"> {
  return {
    v: 1,
    kind: "countersign/change",
    change: "credential.revoked",
    person: { id: person, username },
    credential: { id },
  };
}
