import type { Status } from "../confirmation/decision.ts";

// What the server gives to the list of an organisation's requests.

/** Of a page: a screen or two. */
export const REQUEST_LIST_ITEMS = 50;
/** A count of this many means that there may be more. */
export const PENDING_COUNTED_MAX = 1_000;
export const STATUSES: readonly Status[] = ["pending", "approved", "rejected", "expired", "cancelled"];

/** As in the address of the page. An empty text is no condition. */
export interface RequestQuery {
  readonly status: Status | "";
  /** A project's id. */
  readonly project: string;
  /** The name of an API key, or a user name. */
  readonly requester: string;
  /** The user name of a person who is asked. */
  readonly approver: string;
  /** Days in the organisation's time zone, both included. */
  readonly from: string;
  readonly to: string;
  /** A part of an action, or an id. */
  readonly search: string;
  /** The last id of the page before. */
  readonly before: string;
}

export interface RequestItem {
  readonly id: string;
  /** Whether it changes who may sign, or what is public. */
  readonly isChange: boolean;
  readonly isTest: boolean;
  /** Whether the content was erased, with the action: it was older than the organisation's history. */
  readonly isErased: boolean;
  readonly action: string;
  readonly requester: string;
  readonly isAgent: boolean;
  /** Empty for a change. */
  readonly project: string;
  /** Null if a policy names several people. */
  readonly approver: string | null;
  readonly status: Status;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
  readonly usedAt: string | null;
}

export interface RequestListData {
  readonly query: RequestQuery;
  /** Why the query finds nothing, if one of its conditions can't be met. */
  readonly problem: string | null;
  readonly items: readonly RequestItem[];
  /** The `before` of the next page; null on the last one. */
  readonly next: string | null;
  /** How far back this page has looked, if it stopped before it was full. */
  readonly searchedTo: string | null;
  readonly pending: number;
  readonly choices: {
    readonly projects: readonly { readonly id: string; readonly name: string }[];
    readonly requesters: readonly string[];
    readonly approvers: readonly string[];
  };
  readonly version: string;
}
