import type { Status } from "../confirmation/decision.ts";
import type { Policy } from "../policy/policy.ts";
import type { PolicyProgress, ShownVote } from "./approval.ts";

// What the server gives to the page of one request in the console.

export interface RequestPageData {
  readonly id: string;
  readonly isChange: boolean;
  readonly isTest: boolean;
  readonly status: Status;
  /** Null if it was erased, because it is older than the organisation's history. */
  readonly content: RequestContent | null;
  readonly requester: { readonly kind: "key" | "oauth" | "person" | "service"; readonly name: string };
  /** Empty for a change. */
  readonly project: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly executeWithinSeconds: number | null;
  readonly asked: AskedPeople;
  /** How far the signatures are; null if one person decides alone. */
  readonly progress: PolicyProgress | null;
  /** Without one that ended the request, until that is in the log. */
  readonly votes: readonly ShownVote[];
  readonly timeline: readonly TimelineEntry[];
  readonly hasReceipt: boolean;
  readonly canCancel: boolean;
  /** Whether the reader is asked and can still sign. */
  readonly canSign: boolean;
  readonly version: string;
}

export interface RequestContent {
  readonly action: string;
  /** Canonical JSON. */
  readonly payload: string;
  readonly payloadHash: string;
  /** The order of the payload's outermost members. */
  readonly order: readonly number[];
  /** Canonical JSON of the template that draws it, or null. */
  readonly template: string | null;
  /** The comparison code. */
  readonly code: string;
}

export interface AskedPeople {
  /** Null if one person decides alone. */
  readonly policy: Policy | null;
  /** User names by the ids of people. */
  readonly names: Readonly<Record<string, string>>;
}

/** What happened, by whom. A time that nobody has noted is null. */
export interface TimelineEntry {
  readonly at: string | null;
  readonly what:
    | "asked"
    | "notified"
    | "reminded"
    | "informed"
    | "opened"
    | "approve"
    | "reject"
    | "break-glass"
    | "escalated"
    | "cancelled"
    | "expired"
    | "sealed"
    | "delivered"
    | "used";
  /** Empty if it was the service, by time alone. */
  readonly who: string;
  /** Of a signature under a policy of several stages. */
  readonly stage?: number;
  /** The index in the log. */
  readonly index: number | null;
}
