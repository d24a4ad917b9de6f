import { asc, desc, eq, sql } from "drizzle-orm";
import { expectOk, accept, refuse, type Result } from "../../core/refusal.ts";
import { fromBase64url, toBase64url } from "../../core/encoding/bytes.ts";
import type { DeviceChallenge, Passkey } from "../../core/pages/account.ts";
import { mayDecide, type Change } from "../../core/stream/directory.ts";
import type { Role } from "../../core/stream/record.ts";
import { rpIdOf } from "../../core/webauthn/rp-id.ts";
import {
  credentials,
  enrolments,
  people,
  votes,
  type CredentialRow,
  type PersonRow,
  type VoteRow,
} from "../../store/schema.ts";
import { prepared, type TenantStore } from "../../store/tenant-store.ts";
import { askChange } from "../directory/request-change.ts";
import { directoryOf } from "../directory/change.ts";
import { askEndorsement } from "../directory/endorse.ts";
import {
  ENROLMENT_HOURS,
  ENROLMENT_SECRET_BYTES,
  insertPasskey,
  newChallenge,
  registered,
  secretHash,
  storePasskey,
} from "./enrol.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import type { Registration } from "../../passkey/registration.ts";
import { quorumOfManagers, anyManager } from "../directory/managers.ts";
import type { Requester } from "./api-keys.ts";
import { counting } from "./passkeys.ts";
import { isoTime, newId, type Runtime } from "../runtime.ts";

const USER_HANDLE_BYTES = 32;

export interface Approver {
  readonly username: string;
  readonly role: Role;
  readonly canDecide: boolean;
}

export async function listApprovers(store: TenantStore): Promise<readonly Approver[]> {
  const [members, keys] = await store.read([
    store.select(people).orderBy(asc(people.username)),
    store.select(credentials, counting()),
  ]);
  const able = new Set(keys.map(({ personId }) => personId));
  return members.map((member) => ({
    username: member.username,
    role: member.role,
    canDecide: mayDecide(member) && able.has(member.id),
  }));
}

export interface Invite {
  readonly enrolUrl: string;
  readonly expiresAt: number;
}

/** A new person, or a new link for one who has not enrolled yet. The secret is told once and never kept. */
export async function invite(
  runtime: Runtime,
  store: TenantStore,
  username: string,
  role: Role,
): Promise<Result<Invite>> {
  const now = runtime.now();
  const known = await store.first(people, eq(people.username, username));
  if (known !== undefined && !(await isWaiting(store, known, role))) {
    return refuse("username_taken", `there is already somebody called "${username}"`);
  }
  const personId = known?.id ?? newId(runtime, "p");
  const link = newLink(runtime, store, personId, false);
  const person = {
    id: personId,
    username,
    role,
    userHandle: toBase64url(runtime.random(USER_HANDLE_BYTES)),
    createdAt: now,
  };
  try {
    await store.batch([...(known === undefined ? [store.insert(people, person)] : []), link.statement]);
  } catch (problem) {
    const taken = await store.first(people, eq(people.username, username));
    if (taken !== undefined && taken.id !== personId)
      return refuse("username_taken", `there is already somebody called "${username}"`);
    throw problem;
  }
  return accept(link.invite);
}

/** A link for somebody who has lost every passkey. What it makes counts once a quorum has signed for it. */
export async function inviteAgain(
  runtime: Runtime,
  store: TenantStore,
  username: string,
): Promise<Result<Invite>> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) return refuse("unknown_approver", `there is nobody called "${username}"`);
  // Told before a link is sent, not after somebody has made a passkey with it.
  const possible = quorumOfManagers(await directoryOf(store), person);
  if (!possible.ok) return possible;
  const link = newLink(runtime, store, person.id, true);
  await link.statement;
  return accept(link.invite);
}

function newLink(
  runtime: Runtime,
  store: TenantStore,
  personId: string,
  recovers: boolean,
): { readonly invite: Invite; readonly statement: ReturnType<typeof store.insert<typeof enrolments>> } {
  const now = runtime.now();
  const secret = toBase64url(runtime.random(ENROLMENT_SECRET_BYTES));
  const expiresAt = now + ENROLMENT_HOURS * 3_600_000;
  const row = {
    id: newId(runtime, "e"),
    secretHash: secretHash(secret),
    personId,
    createdAt: now,
    expiresAt,
  };
  return {
    invite: { enrolUrl: `${runtime.origin}/enrol#${secret}`, expiresAt },
    statement: store.insert(enrolments, { ...row, recovers }),
  };
}

/** Asks that this person has another role; returns the address where somebody entitled signs. */
export async function askRole(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  username: string,
  role: Role,
): Promise<Result<string>> {
  const person = await store.first(people, eq(people.username, username));
  if (person === undefined) return refuse("unknown_approver", `there is nobody called "${username}"`);
  const approver = await anyManager(store, person.id, role === "owner" || person.role === "owner");
  if (!approver.ok) return approver;
  const change: Change = {
    v: 1,
    kind: "countersign/change",
    change: "role.changed",
    person: { id: person.id, username },
    role,
  };
  const action = `Make ${username} (${person.role}) ${role}`;
  return accept(await askChange(runtime, store, { change, action, requester, approver: approver.value }));
}

/** Invited in this role and without a passkey so far. */
async function isWaiting(store: TenantStore, person: PersonRow, role: Role): Promise<boolean> {
  const passkey = await store.first(credentials, eq(credentials.personId, person.id));
  return passkey === undefined && person.role === role;
}

const NEWEST_VOTE = prepared(votes, (scope) =>
  scope
    .select(votes, eq(votes.credentialId, sql.placeholder("credential")))
    .orderBy(desc(votes.at))
    .limit(1),
);

export async function devicesOf(store: TenantStore, person: PersonRow): Promise<readonly Passkey[]> {
  const keys = await store
    .select(credentials, eq(credentials.personId, person.id))
    .orderBy(asc(credentials.createdAt));
  const newest = await store.run(keys.map(({ id }) => NEWEST_VOTE.with({ credential: id })));
  return keys.map((key, place) => ({
    id: key.id,
    label: key.label,
    fingerprint: fingerprintOf(expectOk(fromBase64url(key.publicKey))),
    createdAt: isoTime(key.createdAt),
    lastUsedAt: lastUseOf(key, newest[place]?.[0]),
    state: stateOf(key),
  }));
}

/** To sign in or to decide. */
function lastUseOf({ lastUsedAt }: CredentialRow, vote: VoteRow | undefined): string | null {
  const used = Math.max(vote?.at ?? 0, lastUsedAt ?? 0);
  return used === 0 ? null : isoTime(used);
}

function stateOf({ revokedAt, endorsedSeq }: CredentialRow): Passkey["state"] {
  if (revokedAt !== null) return "revoked";
  return endorsedSeq === null ? "waiting" : "active";
}

export async function beginDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
): Promise<DeviceChallenge> {
  const own = await store.select(credentials, eq(credentials.personId, person.id));
  return {
    challenge: await newChallenge(runtime),
    rpId: rpIdOf(runtime.origin),
    userHandle: person.userHandle,
    username: person.username,
    exclude: own.filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id),
  };
}

/** A further passkey: stored, and its endorsement asked for. */
export async function finishDevice(
  runtime: Runtime,
  store: TenantStore,
  person: PersonRow,
  given: { readonly challenge: string; readonly label: string; readonly registration: Registration },
): Promise<Result<string>> {
  const passkey = await registered(runtime, given, person);
  if (!passkey.ok) return passkey;
  const written = await storePasskey(runtime, store, passkey.value.id, [
    insertPasskey(store, person, passkey.value, given.label, runtime.now()),
  ]);
  if (!written.ok) return written;
  const stored = await store.first(credentials, eq(credentials.id, passkey.value.id));
  if (stored === undefined) return refuse("credential_registered", "this passkey is registered already");
  return askEndorsement(runtime, store, stored, person);
}
