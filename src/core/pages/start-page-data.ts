import type { PlanName } from "../account/plans.ts";
import type { Share } from "./usage-data.ts";
import type { ProjectItem } from "./project-page-data.ts";

/** The first steps of an organisation, and whether each is done. */
export interface Guide {
  readonly hasKey: boolean;
  readonly hasUsedKey: boolean;
  readonly hasTestRequest: boolean;
  readonly hasApproval: boolean;
  /** Where the first key is created; null if no project is in use. */
  readonly project: ProjectItem | null;
  readonly newKeyId: string;
  /** For the form that asks for the test request: sent twice, it asks once. */
  readonly requestId: string;
}

export interface StartPage {
  /** Null once all is done, or somebody has hidden it. */
  readonly guide: Guide | null;
  /** Counted up to `COUNTED_MAX`. */
  readonly pending: number;
  readonly people: number;
  readonly plan: PlanName;
  readonly approvals: Share;
  readonly members: Share;
  readonly projects: Share;
  readonly month: string;
  /** Of all that the page shows. */
  readonly version: string;
}

export const COUNTED_MAX = 1_000;
