import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findPerson, findPersonByName } from "../../store/account/people.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";

/** `not_found` where an address names the person, `unknown_approver` where a field does. */
type UnknownCode = "not_found" | "unknown_approver";

/** By id or by user name, removed people included. A user name is shorter than any id. */
export async function personNamedBy(
  store: TenantStore,
  name: string,
  unknown: UnknownCode = "not_found",
): Promise<Result<PersonRow>> {
  const person = (await findPerson(store, name)) ?? (await findPersonByName(store, name));
  return person === undefined
    ? refuse(unknown, `there is nobody called "${name}"; check the user name`)
    : accept(person);
}

/** Somebody who was not removed. */
export async function presentPerson(
  store: TenantStore,
  name: string,
  unknown?: UnknownCode,
): Promise<Result<PersonRow>> {
  const person = await personNamedBy(store, name, unknown);
  return person.ok && person.value.removedAt !== null ? removed(person.value) : person;
}

export function removed({ username }: Pick<PersonRow, "username">): ReturnType<typeof refuse> {
  return refuse(
    "person_removed",
    `${username} was removed from the organisation; to bring this person back, invite them under another user name`,
  );
}
