import type { InvoicePreview, PlanName } from "../account/plans.ts";

/** How much of the plan is used. */
export interface Share {
  readonly used: number;
  /** What the price includes; null: no limit. */
  readonly included: number | null;
  /** The most that there can be; null: no limit. */
  readonly max: number | null;
}

/** The plan of an organisation and its use, for the console and for REST. */
export interface UsageData {
  readonly plan: PlanName;
  /** The current one of UTC, such as "2026-11". */
  readonly month: string;
  readonly monthEndsAt: string;
  readonly approvals: Share;
  readonly members: Share;
  readonly projects: Share;
  /** The newest first, without months that had none. */
  readonly months: readonly { readonly month: string; readonly approvals: number }[];
  /** What the current month would cost so far, in US cents; null if the price is by agreement. */
  readonly invoicePreview: InvoicePreview | null;
}
