import { mayDecide } from "../../core/stream/directory.ts";
import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { activePasskeysOf, findPasskeyOf } from "../../store/account/passkeys.ts";
import type { CredentialRow, PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";
import { requireRealOrganisation } from "../acts/require-right.ts";
import type { ChangeOf } from "./change.ts";
import { directoryOf } from "./directory-of.ts";
import { anyManager } from "./managers.ts";
import { requestChange } from "./request-change.ts";

/**
 * Requests that this passkey of a person is revoked. Returns the address where it is signed. A person who can signs for
 * an own passkey, somebody who manages people for that of others.
 */
export async function requestRevocation(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  person: PersonRow,
  id: string,
): Promise<Result<string>> {
  const allowed = await requireRealOrganisation(store);
  if (!allowed.ok) return allowed;
  const passkey = await findPasskeyOf(store, person.id, id);
  // A passkey that was never active is not revoked: its endorsement is rejected, or never requested.
  if (passkey === undefined || passkey.revokedAt !== null || passkey.endorsedSeq === null)
    return refuse("not_found", "there is no such passkey");
  const change = revocationOf(passkey, person);
  const directory = await directoryOf(store);
  const lastOwner = lastOwnerFailure(directory, change);
  if (lastOwner !== undefined) return refuse("last_way_in", lastOwner);
  const isOwn = requester.kind === "person" && requester.id === person.id;
  const canSign = isOwn && mayDecide(person) && (await activePasskeysOf(store, person.id)).length > 0;
  const approver = canSign ? accept(person.id) : anyManager(directory, change);
  if (!approver.ok) return approver;
  const action = `Revoke ${person.username}'s passkey "${passkey.label}"`;
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
