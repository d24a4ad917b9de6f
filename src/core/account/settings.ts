import { accept, refuse, type Result } from "../refusal.ts";
import { PLANS, type PlanName } from "./plans.ts";

// What an organisation sets about itself.

export const SECURITY_CONTACT_MAX_CHARACTERS = 200;
const TIME_ZONE_MAX_CHARACTERS = 64;

export interface Settings {
  readonly name: string;
  readonly timeZone: string;
  readonly defaultExpirySeconds: number;
  /** Null: as many days as the plan has. */
  readonly retentionDays: number | null;
  /** An email address or a web address; empty: none. */
  readonly securityContact: string;
}

/** Whether these settings can be kept: a time zone that the platform knows, a history that the plan has. */
export function checkSettings(plan: PlanName, { timeZone, retentionDays }: Settings): Result<"valid"> {
  if (!isTimeZone(timeZone))
    return refuse("validation_failed", "there is no such time zone; choose one from the list", "/timeZone");
  const { historyDays, title } = PLANS[plan];
  if (retentionDays !== null && historyDays !== null && retentionDays > historyDays)
    return refuse(
      "plan_limit",
      `the plan ${title} keeps ${historyDays} days; choose fewer, or upgrade the plan`,
      "/retentionDays",
    );
  return accept("valid");
}

export function isTimeZone(name: string): boolean {
  if (name.length > TIME_ZONE_MAX_CHARACTERS) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}
