import type { CredentialDescriptor } from "./account.ts";
import type { Status } from "../confirmation/decision.ts";
import type { Statement } from "../confirmation/statement.ts";

// What the server sends to the approval page. Types only: the page checks what must hold.

export interface ApprovalData {
  /** Whether the content is a change of who may sign or of what is public. */
  readonly isChange: boolean;
  readonly statement: FixedStatement;
  /** Canonical JSON, as it is stored. */
  readonly payload: string;
  readonly payloadHash: string;
  /** Canonical JSON of the template that the statement names, or null. */
  readonly template: string | null;
  /** Canonical JSON of the policy that the statement names, or null. */
  readonly policy: string | null;
  /** By id: everybody whom the policy names. From the service's records, not signed. */
  readonly usernames: Readonly<Record<string, string>>;
  /** Canonical JSON of the group, policy or rules that this change replaces; null if it replaces none. */
  readonly replaced: string | null;
  /** What new rules allow and is seldom meant, by the policies in force now. From the service, not signed. */
  readonly warnings: readonly string[];
  /** The comparison code. */
  readonly code: string;
  /** The server's time, for a device whose clock is wrong. */
  readonly now: string;
  readonly state: ApprovalState;
  readonly related: {
    /** The newest other open request of the same action. */
    readonly open: RelatedRequest | null;
    /** The last approved one. */
    readonly approved: RelatedRequest | null;
  };
}

/** Another request that this person is asked, to compare with. Not signed: it comes from the service's records. */
export interface RelatedRequest {
  readonly id: string;
  /** Canonical JSON. */
  readonly payload: string;
  /** When it was asked, or approved. */
  readonly at: string;
}

/** The statement without the fields that are known only when the person signs. */
export type FixedStatement = Omit<Statement, "vote" | "reason" | "stage" | "issued" | "salt">;

export interface ApprovalState {
  readonly status: Status;
  readonly sealed: boolean;
  /** What this person has signed already. */
  readonly mine: Statement["vote"] | null;
  readonly votes: readonly ShownVote[];
  readonly decidedAt: string | null;
  /** The index in the log. */
  readonly index: number | null;
  readonly canDecide: boolean;
  /** Why this person can't decide, in words to show. */
  readonly why: Why | null;
  /** How far the signatures are; null where one named person decides. */
  readonly progress: PolicyProgress | null;
  /** Changes when anything above does. */
  readonly version: string;
}

export interface Why {
  readonly title: string;
  readonly text: string;
}

export interface PolicyProgress {
  /** How many different people have approved, of how many that must. */
  readonly have: number;
  readonly need: number;
  /** The stage that is open, counted from 1; the last one if all are met. */
  readonly stage: number;
  /** Who is still needed in it: "one of security (yan or zoe)". Empty if nobody is. */
  readonly missing: string;
  /** When more people are asked for it; null if no escalation of it is to come. */
  readonly moreAt: string | null;
}

export interface ShownVote {
  readonly username: string;
  readonly vote: Statement["vote"];
  readonly reason: string;
  readonly at: string;
  /** The stage of the policy for which it was signed, counted from 1. */
  readonly stage: number;
  /** Whose place it fills, such as "finance"; empty if that is not known yet, or if it is the person's own. */
  readonly seat: string;
}

/** One WebAuthn challenge, issued for one person and one confirmation. */
export interface Ceremony {
  readonly ceremonyId: string;
  readonly salt: string;
  readonly issued: string;
  /** The stage of the policy that the signature is for. */
  readonly stage: number;
  readonly expires: string;
  readonly rpId: string;
  readonly allowCredentials: readonly CredentialDescriptor[];
}
