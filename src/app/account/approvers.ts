import { mayDecide } from "../../core/stream/directory.ts";
import type { Role } from "../../core/stream/record.ts";
import { readPeople } from "../../store/account/people.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

export interface Approver {
  readonly username: string;
  readonly role: Role;
  readonly canDecide: boolean;
}

export async function listApprovers(store: TenantStore): Promise<readonly Approver[]> {
  const { people, passkeys } = await readPeople(store);
  const withPasskey = new Set(passkeys.map(({ personId }) => personId));
  return people.map((person) => ({
    username: person.username,
    role: person.role,
    canDecide: mayDecide(person) && withPasskey.has(person.id),
  }));
}
