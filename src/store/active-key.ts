import { and, gt, isNull, or, type SQL } from "drizzle-orm";
import { apiKeys } from "./schema.ts";

/** What an API key must be for anything that it asks; one that was revoked or has run out is none. */
export function isGoodKey(at: SQL): SQL | undefined {
  return and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, at)));
}
