import type { PlanName } from "../account/plans.ts";

export interface ExportPage {
  /** Whether the plan has the table for spreadsheets. */
  readonly table: boolean;
  readonly plan: PlanName;
  /** The organisation id; null before the first passkey. */
  readonly stream: string | null;
}
