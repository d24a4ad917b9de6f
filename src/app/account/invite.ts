import { toBase64url } from "../../core/encoding/bytes.ts";
import { withRef } from "../../core/confirmation/tenant-secret.ts";
import { makeUserHandle, USER_HANDLE_RANDOM_BYTES } from "../../core/confirmation/user-handle.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Role } from "../../core/stream/record.ts";
import { insertEnrolment, insertInvitedPerson, type NewEnrolment } from "../../store/account/enrolments.ts";
import { endorsedPasskeysOf } from "../../store/account/passkeys.ts";
import { findManagers, findPersonByName } from "../../store/account/people.ts";
import type { PersonRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { directoryOf } from "../directory/change.ts";
import { cancelEndedEndorsements } from "../directory/cancel-endorsements.ts";
import { checkManagerLimit, quorumOfManagers } from "../directory/managers.ts";
import { newId, type Platform, type Runtime } from "../runtime.ts";
import { ENROLMENT_HOURS, ENROLMENT_SECRET_BYTES } from "./enrol.ts";
import { secretHash } from "./secret-hash.ts";

export interface Invite {
  readonly enrolUrl: string;
  readonly expiresAt: number;
}

/**
 * A new person, or a new link for one of whom no passkey was ever endorsed, who may get another role with it. Only a hash
 * of the link's secret is stored.
 */
export async function invite(
  runtime: Runtime,
  store: TenantStore,
  username: string,
  role: Role,
): Promise<Result<Invite>> {
  const existing = await findPersonByName(store, username);
  const refused = existing && (await whyNotAgain(store, existing, role));
  if (refused) return refused;
  const limit = checkManagerLimit(await findManagers(store), existing?.id, role);
  if (!limit.ok) return limit;
  if (existing === undefined) return inviteNew(runtime, store, username, role);
  const link = newLink(runtime, store, existing.id, false);
  await insertEnrolment(store, link.row, role);
  await cancelEndedEndorsements(runtime, store);
  return accept(link.invite);
}

/** Somebody whose username is not in use. */
export async function inviteNew(
  platform: Platform,
  store: TenantStore,
  username: string,
  role: Role,
): Promise<Result<Invite>> {
  const person = newPerson(platform, store.tenantId, username, role);
  const link = newLink(platform, store, person.id, false);
  try {
    await insertInvitedPerson(store, person, link.row);
  } catch (problem) {
    const other = await findPersonByName(store, username);
    if (other !== undefined && other.id !== person.id) return usernameTaken(username);
    throw problem;
  }
  return accept(link.invite);
}

export function newPerson(platform: Platform, tenantId: string, username: string, role: Role) {
  const userHandle = makeUserHandle(tenantId, platform.random(USER_HANDLE_RANDOM_BYTES));
  return { id: newId(platform, "p"), username, role, userHandle, createdAt: platform.now() };
}

/** Why this person, who exists, can't be invited with this role; or undefined. */
async function whyNotAgain(
  store: TenantStore,
  { id, username, role: current }: PersonRow,
  role: Role,
): Promise<ReturnType<typeof refuse> | undefined> {
  if ((await endorsedPasskeysOf(store, id)).length > 0) return usernameTaken(username);
  // Only the owner's link can start the stream, so the owner keeps that role.
  return current === "owner" && role !== "owner"
    ? refuse("username_taken", `${username} is the owner and must open their own link first`)
    : undefined;
}

function usernameTaken(username: string) {
  const next = `choose another user name, or request a recovery if every passkey of ${username} is lost`;
  return refuse("username_taken", `there is already somebody called "${username}"; ${next}`);
}

/** A link for somebody who has lost every passkey. The new passkey is active once a quorum has signed for it. */
export async function inviteToRecover(
  runtime: Runtime,
  store: TenantStore,
  username: string,
): Promise<Result<Invite>> {
  const person = await findPersonByName(store, username);
  if (person === undefined)
    return refuse("unknown_approver", `there is nobody called "${username}"; check the user name`);
  // Checked before a link is sent, not after somebody has registered a passkey with it.
  const quorum = quorumOfManagers(await directoryOf(store), person);
  if (!quorum.ok) return quorum;
  const link = newLink(runtime, store, person.id, true);
  await insertEnrolment(store, link.row);
  await cancelEndedEndorsements(runtime, store);
  return accept(link.invite);
}

/** A link to create a passkey. Only its hash is stored. */
export function newLink(
  platform: Platform,
  { tenantId }: Pick<TenantStore, "tenantId">,
  personId: string,
  recovers: boolean,
  minutes = ENROLMENT_HOURS * 60,
): { readonly secret: string; readonly invite: Invite; readonly row: NewEnrolment } {
  const now = platform.now();
  const secret = withRef(tenantId, toBase64url(platform.random(ENROLMENT_SECRET_BYTES)));
  const expiresAt = now + minutes * 60_000;
  return {
    secret,
    invite: { enrolUrl: `${platform.origin}/enrol#${secret}`, expiresAt },
    row: {
      id: newId(platform, "e"),
      secretHash: secretHash(secret),
      personId,
      createdAt: now,
      expiresAt,
      recovers,
    },
  };
}
