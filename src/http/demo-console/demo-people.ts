import { isoTime, isoTimeOrNull } from "../../app/runtime.ts";
import { fingerprintOf } from "../../core/webauthn/fingerprint.ts";
import type {
  InvitationItem,
  PersonItem,
  PersonPage,
  PersonPasskey,
  PersonState,
} from "../../core/pages/people-data.ts";
import type { Role } from "../../core/stream/record.ts";
import { bytesOf, DAY, demoId, HOUR, MINUTE, numberOf } from "./demo-time.ts";

// The people of the example company.

export interface DemoPerson {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly state: PersonState;
  readonly createdAt: number;
  readonly removedAt: number | null;
  /** Of each passkey. */
  readonly labels: readonly string[];
  /** The record that made the first passkey count; null if none counts. */
  readonly endorsedSeq: number | null;
}

type Sample = readonly [username: string, role: Role, state: PersonState, labels: readonly string[]];

/** In the order in which they came. */
const SAMPLES: readonly Sample[] = [
  ["maria.lind", "owner", "active", ["YubiKey 5", "iPhone"]],
  ["jonas.weber", "admin", "active", ["MacBook", "YubiKey 5"]],
  ["ana.costa", "approver", "active", ["iPhone", "iPad"]],
  ["david.kim", "approver", "active", ["Pixel 9", "YubiKey 5"]],
  ["tom.okafor", "developer", "active", ["ThinkPad"]],
  ["priya.nair", "admin", "active", ["Windows PC", "iPhone"]],
  ["fatima.zahra", "approver", "active", ["Galaxy S25"]],
  ["elena.rossi", "developer", "active", ["MacBook", "iPhone"]],
  ["haruto.sato", "auditor", "active", ["MacBook"]],
  ["lukas.novak", "approver", "active", ["iPhone", "YubiKey 5"]],
  ["greg.miles", "approver", "removed", ["Pixel 8"]],
  ["chloe.martin", "approver", "waiting", ["iPhone"]],
  ["ben.hughes", "approver", "invited", []],
];

/** The organisation was created so many days ago. */
export const AGE_DAYS = 29;

export function demoPeople(hour: number): readonly DemoPerson[] {
  return SAMPLES.map(([username, role, state, labels], at) => {
    const daysAgo = state === "waiting" || state === "invited" ? 0.2 : AGE_DAYS - at * 0.1;
    return {
      id: demoId("p", username),
      username,
      role,
      state,
      createdAt: hour - daysAgo * DAY - numberOf(username, 50) * MINUTE,
      removedAt: state === "removed" ? hour - 6 * DAY : null,
      labels,
      endorsedSeq: state === "active" || state === "removed" ? at : null,
    };
  });
}

export function personItem(person: DemoPerson, hour: number): PersonItem {
  const { id, username, role, state } = person;
  return {
    id,
    username,
    role,
    state,
    passkeys: state === "active" ? person.labels.length : 0,
    invitation: invitationOf(person, hour),
  };
}

/** `usedAt`: when the person signed last. */
export function personPage(person: DemoPerson, hour: number, usedAt: number | null): PersonPage {
  const { id, username, role, state, createdAt, removedAt } = person;
  const invitation = invitationOf(person, hour);
  return {
    id,
    username,
    role,
    state,
    createdAt: isoTime(createdAt),
    removedAt: isoTimeOrNull(removedAt),
    passkeys: person.labels.map((_label, at) => passkeyOf(person, at, at === 0 ? usedAt : null)),
    invitations: invitation === null ? [] : [invitation],
    pending: [],
    signed: person.endorsedSeq !== null,
    lastWayIn: null,
    seen: { role, state, link: invitation?.id ?? null, pending: [] },
  };
}

function passkeyOf(person: DemoPerson, at: number, usedAt: number | null): PersonPasskey {
  const { username, labels, createdAt, removedAt, endorsedSeq } = person;
  const madeAt = createdAt + 2 * HOUR + at * 20 * HOUR;
  return {
    id: demoId("k", `${username} ${at}`),
    label: labels[at] ?? "",
    fingerprint: fingerprintOf(bytesOf(`passkey ${username} ${at}`)),
    createdAt: isoTime(madeAt),
    lastUsedAt: isoTimeOrNull(usedAt),
    state: removedAt !== null ? "revoked" : endorsedSeq === null ? "waiting" : "active",
    counterRegressedAt: null,
    lastWayIn: null,
    endorsed: endorsedSeq === null ? null : { seq: endorsedSeq + at * 20, at: isoTime(madeAt + HOUR) },
    revokedAt: isoTimeOrNull(removedAt),
  };
}

/** Everybody but the owner came by a link of somebody who manages people. */
function invitationOf({ username, role, state, createdAt }: DemoPerson, hour: number): InvitationItem | null {
  if (role === "owner") return null;
  const isUsable = state === "invited" && createdAt + DAY > hour;
  return {
    id: demoId("e", username),
    state: isUsable ? "usable" : "used",
    recovers: false,
    sentAt: isoTime(createdAt),
    sentBy: { kind: "person", name: inviterOf(username) },
    expiresAt: isoTime(createdAt + DAY),
    endedAt: isUsable ? null : isoTime(createdAt + 2 * HOUR),
  };
}

export function inviterOf(username: string): string {
  return numberOf(`inviter of ${username}`, 2) === 0 ? "maria.lind" : "jonas.weber";
}
