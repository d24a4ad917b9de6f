import { lastOwnerFailure } from "../../core/stream/last-owner.ts";
import type { Role } from "../../core/stream/record.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { endorsedPasskeysOf } from "../../store/account/passkeys.ts";
import { findManagers } from "../../store/account/people.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";
import { checkRoomForMember, type ChangeOf } from "./change.ts";
import { directoryOf } from "./directory-of.ts";
import { anyManager, checkManagerLimit } from "./managers.ts";
import { requestChange } from "./request-change.ts";

/** Requests another role for a person. Returns the address where somebody entitled signs. */
export async function requestRole(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  person: PersonRow,
  role: Role,
): Promise<Result<string>> {
  const { username } = person;
  // Nobody could sign for it: the stream does not know this person yet.
  if ((await endorsedPasskeysOf(store, person.id)).length === 0)
    return refuse("not_enrolled", `${username} has no endorsed passkey yet; ${wayForward(person, role)}`);
  const change: ChangeOf<"role.changed"> = {
    v: 1,
    kind: "countersign/change",
    change: "role.changed",
    person: { id: person.id, username },
    role,
  };
  const directory = await directoryOf(store);
  const lastOwner = lastOwnerFailure(directory, change);
  if (lastOwner !== undefined) return refuse("last_way_in", lastOwner);
  const limit = checkManagerLimit(await findManagers(store), person.id, role);
  if (!limit.ok) return limit;
  const room = await checkRoomForMember(store, change);
  if (!room.ok) return room;
  const approver = anyManager(directory, change);
  if (!approver.ok) return approver;
  const action = `Make ${username} (${person.role}) ${role}`;
  return accept(await requestChange(runtime, store, { change, action, requester, approver: approver.value }));
}

/** Nobody is invited as an owner. */
function wayForward({ username, role: current }: PersonRow, role: Role): string {
  if (current === "owner") return `${username} is the owner and must open their own link first`;
  return role === "owner" ? "ask again when there is one" : `invite ${username} again with the role ${role}`;
}
