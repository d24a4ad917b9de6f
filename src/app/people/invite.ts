import { checkMemberLimit } from "../../core/account/plan-limits.ts";
import type { Invite, PersonSeen } from "../../core/pages/people-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Role } from "../../core/stream/record.ts";
import { insertEnrolment, insertInvitedPerson } from "../../store/account/enrolments.ts";
import { endorsedPasskeysOf } from "../../store/account/passkeys.ts";
import { findManagers, findPersonByName } from "../../store/account/people.ts";
import { readMembers } from "../../store/account/usage.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { TrailAct } from "../../core/account/trail-texts.ts";
import type { ActCall } from "../acts/act.ts";
import { actorColumns, OPERATOR, trailEntryOf, type ActorColumns } from "../acts/trail-entry.ts";
import { newLink, newPerson } from "../account/new-link.ts";
import { cancelEndedEndorsements } from "../directory/cancel-endorsements.ts";
import { findDocument } from "../../store/stream/document-rows.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { checkManagerLimit, quorumOfManagers } from "../directory/managers.ts";
import { isoTime, type Platform } from "../runtime.ts";
import { presentPerson, removed } from "./find-person.ts";
import { refuseChanged } from "./person-seen.ts";

export interface InviteInput {
  readonly username: string;
  readonly role: Role;
  /** Whether the user name must be new: a form that is sent twice makes no second link. */
  readonly onlyNew: boolean;
  readonly was: PersonSeen | null;
}

/**
 * A new person, or a new link for one of whom no passkey was ever endorsed, who may get another role with it. Only a hash
 * of the link's secret is stored.
 */
export async function invite(call: ActCall, input: InviteInput): Promise<Result<Invite>> {
  const { runtime, store, actor } = call;
  const { username, role } = input;
  const existing = await findPersonByName(store, username);
  const refused = existing && (await whyNotAgain(store, existing, input));
  if (refused) return refused;
  if (existing === undefined && (await findDocument(store, "group", username)) !== undefined)
    return refuse("username_taken", `there is a group called "${username}"; choose another user name`);
  const limit = checkManagerLimit(await findManagers(store), existing?.id, role);
  if (!limit.ok) return limit;
  return existing === undefined
    ? inviteNew(runtime, store, username, role, actorColumns(actor))
    : sendLink(call, existing, { act: "invitation.renewed", role, recovers: false, was: input.was });
}

/** Somebody whose user name is not in use. */
export async function inviteNew(
  platform: Platform,
  store: TenantStore,
  username: string,
  role: Role,
  by: ActorColumns = OPERATOR,
): Promise<Result<Invite>> {
  const person = newPerson(platform, store.tenantId, username, role);
  const link = newLink(platform, store, person.id, { recovers: false, by });
  const done = {
    act: "person.invited",
    subject: { id: person.id, name: username },
    detail: { role },
  } as const;
  const entry = trailEntryOf(platform, by, done);
  if (await insertInvitedPerson(store, person, link.row, entry)) return accept(inviteOf(person, link, false));
  return (await findPersonByName(store, username)) === undefined ? noRoom(store) : usernameTaken(username);
}

/** Why this person, who exists, can't be invited with this role; or undefined. */
async function whyNotAgain(
  store: TenantStore,
  person: PersonRow,
  { role, onlyNew }: InviteInput,
): Promise<ReturnType<typeof refuse> | undefined> {
  const { id, username, removedAt } = person;
  const signed = (await endorsedPasskeysOf(store, id)).length > 0;
  if (removedAt !== null && signed) return removed(person);
  if (signed) return usernameTaken(username);
  if (onlyNew && removedAt === null)
    return refuse(
      "username_taken",
      `${username} is invited already, and the link was shown once; open the page of ${username} to make a new link`,
    );
  // Only the owner's link can start the stream, so the owner keeps that role.
  return person.role === "owner" && role !== "owner"
    ? refuse("username_taken", `${username} is the owner and must open their own link first`)
    : undefined;
}

function usernameTaken(username: string) {
  const next = `choose another user name, or request a recovery if every passkey of ${username} is lost`;
  return refuse("username_taken", `there is already somebody called "${username}"; ${next}`);
}

async function noRoom(store: TenantStore): Promise<Result<never>> {
  const { plan, members } = await readMembers(store);
  return (
    checkMemberLimit(plan, members) ?? refuse("changed_meanwhile", "a member was removed just now; try again")
  );
}

/** A link for somebody who has lost every passkey. The new passkey is active once a quorum has signed for it. */
export async function inviteToRecover(
  call: ActCall,
  { person: name, was }: { readonly person: string; readonly was: PersonSeen | null },
): Promise<Result<Invite>> {
  const person = await presentPerson(call.store, name, "unknown_approver");
  if (!person.ok) return person;
  // Checked before a link is sent, not after somebody has registered a passkey with it.
  const quorum = quorumOfManagers(await directoryOf(call.store), person.value);
  if (!quorum.ok) return quorum;
  return sendLink(call, person.value, { act: "recovery.invited", role: null, recovers: true, was });
}

interface SendTerms {
  readonly act: TrailAct;
  /** Null to leave the role as it is. */
  readonly role: Role | null;
  readonly recovers: boolean;
  readonly was: PersonSeen | null;
}

async function sendLink(
  call: ActCall,
  person: PersonRow,
  { act, role, recovers, was }: SendTerms,
): Promise<Result<Invite>> {
  const { runtime, store, actor } = call;
  const changed = await refuseChanged(call, person, was);
  if (changed) return changed;
  const by = actorColumns(actor);
  const link = newLink(runtime, store, person.id, { recovers, by });
  const invited = inviteOf({ ...person, role: role ?? person.role }, link, recovers);
  const subject = { id: person.id, name: person.username };
  const entry = trailEntryOf(runtime, by, { act, subject, detail: { role: invited.role } });
  const newest = was === null ? undefined : was.link;
  if (!(await insertEnrolment(store, link.row, { role, newest, entry })))
    return (await refuseChanged(call, person, was)) ?? noRoom(store);
  await cancelEndedEndorsements(runtime, store);
  return accept(invited);
}

function inviteOf(
  { id, username, role }: Pick<PersonRow, "id" | "username" | "role">,
  { enrolUrl, expiresAt }: Pick<ReturnType<typeof newLink>, "enrolUrl" | "expiresAt">,
  recovers: boolean,
): Invite {
  return { person: id, username, role, recovers, enrolUrl, expiresAt: isoTime(expiresAt) };
}
