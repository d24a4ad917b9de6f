import { isChannelUsed } from "../../core/notice/channel-use.ts";
import { mayDecide } from "../../core/stream/directory.ts";
import type { Role } from "../../core/stream/record.ts";
import { readPeople } from "../../store/account/people.ts";
import { readChannels } from "../../store/channels/own-channels.ts";
import { channelsOfPeople } from "../../store/notices/reach.ts";
import type { Principal } from "../account/principal.ts";

/** A person who can be asked. */
export interface Approver {
  readonly username: string;
  readonly role: Role;
  /** Whether a notice of a request goes to this person, or to a chat room of the project. */
  readonly reachable: boolean;
}

/** Everybody who has the role and a passkey to decide with. */
export async function listApprovers({ store, project }: Principal): Promise<readonly Approver[]> {
  const { people, passkeys } = await readPeople(store);
  const withPasskey = new Set(passkeys.map(({ personId }) => personId));
  const able = people.filter((person) => mayDecide(person) && withPasskey.has(person.id));
  const [own, rooms] = await Promise.all([
    channelsOfPeople(
      store,
      able.map(({ id }) => id),
    ),
    readChannels(store, { kind: "project", id: project.id }),
  ]);
  const used = [...own, ...rooms].filter((channel) => isChannelUsed(channel, project));
  const reached = new Set(used.map(({ personId }) => personId));
  // A chat room of the project has no person.
  return able.map(({ id, username, role }) => ({
    username,
    role,
    reachable: reached.has(id) || reached.has(null),
  }));
}
