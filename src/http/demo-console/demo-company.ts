import type { Shell } from "../../core/pages/console.ts";
import type { KeyItem, ProjectItem } from "../../core/pages/project-page-data.ts";
import type { TrailItem } from "../../core/pages/trail-page-data.ts";
import type { DemoPerson } from "./demo-people.ts";
import type { DemoRequest } from "./demo-requests.ts";
import type { DemoWebhook } from "./demo-webhooks.ts";

// An invented organisation, as it would be at this time. It is in no database and in no log.

export interface DemoCompany {
  readonly hour: number;
  readonly shell: Shell;
  readonly people: readonly DemoPerson[];
  readonly projects: readonly ProjectItem[];
  readonly keys: readonly KeyItem[];
  readonly requests: readonly DemoRequest[];
  readonly webhooks: readonly DemoWebhook[];
  readonly trail: readonly TrailItem[];
  /** How payments to suppliers are drawn, in canonical JSON. */
  readonly template: string;
}

export const DEMO_NAME = "Fernhill Supply";
export const DEMO_ZONE = "UTC";
