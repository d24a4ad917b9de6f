import type { ProjectMode } from "../confirmation/project-mode.ts";

/** What the server sends to the page that publishes a decision. */
export interface PublicationData {
  readonly id: string;
  readonly tenant: string;
  readonly username: string;
  readonly mode: ProjectMode;
  readonly action: string;
  readonly payload: string;
  readonly payloadHash: string;
  readonly status: "approved" | "rejected";
  readonly decidedAt: string;
  readonly decidedBy: readonly string[];
  /** Whether the decision is public now. */
  readonly shown: boolean;
  /** Where anybody can check it. */
  readonly link: string;
}
