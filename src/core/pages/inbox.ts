import type { Status } from "../confirmation/decision.ts";
import type { ProjectMode } from "../confirmation/project-mode.ts";
import type { Telling } from "../display/telling.ts";
import type { Progress } from "../policy/policy.ts";
import type { NeededPeople } from "../policy/still-needed.ts";
import type { Role } from "../stream/record.ts";

// What the server sends to the inbox page.

/** Of each list of the inbox. */
export const INBOX_PAGE_ITEMS = 50;
/** A total of this number means that there may be more. Counting as many takes about 10 ms. */
export const INBOX_COUNTED_MAX = 10_000;

export interface InboxData extends Inbox {
  readonly person: { readonly username: string; readonly role: Role };
  readonly tenant: { readonly name: string; readonly stream: string | null };
  /** Whether the reader hears of requests while no page is open. */
  readonly getsNotices: boolean;
  /** The server's time, for a device whose clock is wrong. */
  readonly now: string;
}

export interface Inbox {
  readonly open: OpenRequests;
  /** Requests of people who do not count yet: a first passkey, or a recovery. By expiry, the next one first. */
  readonly unendorsed: { readonly items: readonly InboxItem[]; readonly hasMore: boolean };
  /** Signed by the reader, waiting for others. In the order of the open ones. */
  readonly signed: { readonly items: readonly SignedItem[]; readonly hasMore: boolean };
  /** Decided by people or by time, the newest first. */
  readonly decided: readonly DecidedItem[];
  /** Shown to every person of the tenant. */
  readonly notices: readonly RecoveryNotice[];
  /** Shown to the person concerned and to all who manage people. */
  readonly newPasskeys: readonly NewPasskeyNotice[];
  /** Shown to all who manage people; null if none is announced. */
  readonly erasure: ErasureNotice | null;
  /** The reader has only one passkey that counts. */
  readonly needsSecondPasskey: boolean;
  /** Changes when anything above changes. */
  readonly version: string;
}

/** One page of what waits. Changes of who may sign come first, then what expires next. */
export interface OpenRequests {
  readonly items: readonly InboxItem[];
  /** How many there are on all pages, counted up to `INBOX_COUNTED_MAX`. */
  readonly total: number;
  /** How many are on the pages before. */
  readonly before: number;
  /** The `after` of the next page; null on the last one. */
  readonly next: string | null;
}

export interface InboxItem {
  readonly id: string;
  /** Whether it changes who may sign. */
  readonly isChange: boolean;
  readonly action: string;
  /** Null for a change, and for a request from before these were stored. */
  readonly telling: Telling | null;
  readonly requester: string;
  readonly project: string;
  readonly mode: ProjectMode;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** The comparison code. */
  readonly code: string;
  /** How far the signatures are; null if one person decides, or if it is decided. */
  readonly progress: InboxProgress | null;
}

export interface InboxProgress extends Progress {
  /** The stage that is open, counted from 1, and how many there are. */
  readonly stage: number;
  readonly stages: number;
}

export interface SignedItem extends InboxItem {
  /** Who must sign next. */
  readonly needed: readonly NeededPeople[];
}

export interface DecidedItem extends InboxItem {
  readonly decidedAt: string;
  readonly status: Status;
  /** Whether the decision is public; null where this person can't change that. */
  readonly shown: boolean | null;
}

/** All passkeys of one person were replaced. */
export interface RecoveryNotice {
  readonly username: string;
  readonly at: string;
  readonly signedBy: readonly string[];
}

/** The content of requests that were decided before this time is going to be erased. */
export interface ErasureNotice {
  readonly at: string;
  readonly before: string;
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
