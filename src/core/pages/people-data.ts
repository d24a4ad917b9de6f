import type { Role } from "../stream/record.ts";
import type { Passkey } from "./account.ts";

// What the pages about people get, and what the API answers.

/**
 * `active`: a passkey counts. `waiting`: one waits for its endorsement. `invited`: a link can be used. `no-access`: none
 * of these. `removed`: no longer in the organisation.
 */
export type PersonState = "active" | "waiting" | "invited" | "no-access" | "removed";

export interface PersonItem {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly state: PersonState;
  /** How many count. */
  readonly passkeys: number;
  /** The newest link; null if there is none, or none any more. */
  readonly invitation: InvitationItem | null;
}

export interface PeoplePage {
  readonly people: readonly PersonItem[];
  /** The user name after which the next page begins; null on the last one. */
  readonly next: string | null;
  /** Whether it lists the people who were removed, instead of the others. */
  readonly removed: boolean;
}

/** `replaced`: a newer link was made or used, or what was made with it was rejected. */
export type InvitationState = "usable" | "used" | "expired" | "revoked" | "replaced";

export interface InvitationItem {
  readonly id: string;
  readonly state: InvitationState;
  /** Whether its passkey replaces all that the person has lost. */
  readonly recovers: boolean;
  readonly sentAt: string;
  readonly sentBy: { readonly kind: "person" | "key" | "service" | "operator"; readonly name: string };
  readonly expiresAt: string;
  /** When it was used, revoked or replaced. */
  readonly endedAt: string | null;
}

export interface PersonPasskey extends Passkey {
  /** The record that made it count. */
  readonly endorsed: { readonly seq: number; readonly at: string } | null;
  readonly revokedAt: string | null;
}

/** A change about the person that waits for signatures. */
export interface PendingChange {
  readonly id: string;
  readonly action: string;
  readonly requester: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Who is asked to sign. */
  readonly asked: readonly string[];
}

/** What somebody saw who changes something: if it is no longer so, they see what changed. */
export interface PersonSeen {
  readonly role: Role;
  readonly state: PersonState;
  /** The newest link. */
  readonly link: string | null;
  /** The changes that wait for signatures, in the order of their ids. */
  readonly pending: readonly string[];
}

export interface PersonPage {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly state: PersonState;
  readonly createdAt: string;
  readonly removedAt: string | null;
  readonly passkeys: readonly PersonPasskey[];
  /** The newest first. */
  readonly invitations: readonly InvitationItem[];
  readonly pending: readonly PendingChange[];
  /** Whether a passkey was ever endorsed: from then on changes of the person are signed. */
  readonly signed: boolean;
  /** Why the person can't be removed or get another role, with what to do first; null if both are possible. */
  readonly lastWayIn: string | null;
  readonly seen: PersonSeen;
}

/** A link that is shown once. */
export interface Invite {
  readonly person: string;
  readonly username: string;
  readonly role: Role;
  readonly recovers: boolean;
  readonly enrolUrl: string;
  readonly expiresAt: string;
}

/** A change that was asked for. */
export interface ChangeAsked {
  readonly person: string;
  /** Where it is signed. */
  readonly url: string;
  /** Whether the person who asked is among those who can sign it. */
  readonly signs: boolean;
}
