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
  readonly why: string | null;
}

export interface ShownVote {
  readonly username: string;
  readonly vote: Statement["vote"];
  readonly reason: string;
  readonly at: string;
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
