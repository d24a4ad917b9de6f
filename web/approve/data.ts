// What the server says to the approval page; the words are those of its answers.

export interface ApprovalData {
  /** The statement but for what is only known at the tap: decision, reason, issued and salt. */
  readonly statement: Readonly<Record<string, unknown>>;
  /** Canonical JSON, as it is stored. */
  readonly payload: string;
  readonly payloadHash: string;
  readonly code: string;
  readonly now: string;
  readonly state: State;
}

export interface State {
  readonly status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
  readonly sealed: boolean;
  /** What this person has signed already. */
  readonly mine: null | "approve" | "reject" | "break-glass";
  readonly decisions: readonly Decision[];
  readonly decidedAt: string | null;
  /** The place in the log. */
  readonly index: number | null;
  readonly canDecide: boolean;
  readonly why: string | null;
}

export interface Decision {
  readonly username: string;
  readonly decision: string;
  readonly reason: string;
  readonly at: string;
}

export interface Ceremony {
  readonly ceremonyId: string;
  readonly salt: string;
  readonly issued: string;
  readonly expires: string;
  readonly rpId: string;
  readonly allowCredentials: readonly { readonly id: string; readonly transports: readonly string[] }[];
}
