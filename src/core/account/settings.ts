import { refuse, type Result, accept } from "../refusal.ts";

// What an organisation sets about itself.

export const DEFAULT_EXPIRY_MIN_SECONDS = 30;
export const DEFAULT_EXPIRY_MAX_SECONDS = 30 * 24 * 3_600;
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

/** Whether the platform knows this time zone, such as "Europe/Vienna". */
export function checkTimeZone(name: string): Result<string> {
  try {
    if (name.length > TIME_ZONE_MAX_CHARACTERS) throw new RangeError();
    return accept(new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone);
  } catch {
    return refuse(
      "validation_failed",
      `there is no time zone "${name.slice(0, TIME_ZONE_MAX_CHARACTERS)}"`,
      "/timeZone",
    );
  }
}
