import { accept, type Result } from "../../core/refusal.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import type { Role } from "../../core/stream/record.ts";
import { readPeople } from "../../store/account/people.ts";
import type { ActCall } from "../acts/act.ts";

export interface Approver {
  readonly username: string;
  readonly role: Role;
  readonly canDecide: boolean;
}

export async function listApprovers({ store }: ActCall, _input: null): Promise<Result<readonly Approver[]>> {
  const { people, passkeys } = await readPeople(store);
  const withPasskey = new Set(passkeys.map(({ personId }) => personId));
  const approvers = people.map((person) => ({
    username: person.username,
    role: person.role,
    canDecide: mayDecide(person) && withPasskey.has(person.id),
  }));
  return accept(approvers);
}
