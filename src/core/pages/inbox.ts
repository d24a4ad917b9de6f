import type { Status } from "../confirmation/decision.ts";

// What the server sends to the inbox page.

export interface InboxData extends Inbox {
  readonly person: { readonly username: string; readonly role: string };
  readonly tenant: { readonly name: string; readonly stream: string | null };
}

export interface Inbox {
  readonly items: readonly InboxItem[];
  /** Shown to every person of the tenant. */
  readonly notices: readonly RecoveryNotice[];
  /** Shown to the person concerned and to all who manage people. */
  readonly newPasskeys: readonly NewPasskeyNotice[];
  /** Changes when an item or a notice changes. */
  readonly version: string;
}

export interface InboxItem {
  readonly id: string;
  readonly action: string;
  readonly requester: string;
  readonly project: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly status: Status;
  /** The comparison code. */
  readonly code: string;
  /** Whether the decision is public; null where this person can't change that. */
  readonly shown: boolean | null;
}

/** All passkeys of one person were replaced. */
export interface RecoveryNotice {
  readonly username: string;
  readonly at: string;
  readonly signedBy: readonly string[];
}

/** A new passkey waits for signatures to act as somebody who has one already. */
export interface NewPasskeyNotice {
  readonly username: string;
  /** Whether it asks to act as the reader. */
  readonly isOwn: boolean;
  /** A recovery: all other passkeys of the person would be revoked. */
  readonly replacesAll: boolean;
  readonly fingerprint: string;
  readonly at: string;
  /** The id of its request, if the reader may sign that. */
  readonly request: string | null;
}
