import type { CallSummary } from "./call-figures.ts";

/** What the status page shows. Null: this part of the service did not answer. */
export interface StatusData {
  /** When it was read. */
  readonly at: string;
  readonly log: LogStatus | null;
  readonly calls: CallStatus | null;
}

export interface LogStatus {
  /** The log's name. */
  readonly origin: string;
  readonly vkey: string;
  readonly size: number;
  /** When the newest checkpoint was signed, with the newest entry; null before the first one. */
  readonly signedAt: string | null;
  /** Up to which entry there is a copy. */
  readonly copiedSize: number;
  readonly hasError: boolean;
}

/** The last hour. */
export interface CallStatus {
  /** The minute of the first call; null if there was none. */
  readonly since: string | null;
  readonly summaries: readonly CallSummary[];
}
