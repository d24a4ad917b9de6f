import { desc, isNull, sql, and } from "drizzle-orm";
import { confirmations } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

/** What the rules see of a request, and the policy that it has. */
const JUDGED = [
  "id",
  "action",
  "payload",
  "projectId",
  "projectName",
  "projectMode",
  "requesterKind",
  "requesterId",
  "requesterName",
  "requesterPerson",
  "createdAt",
  "policyName",
] as const;
export type JudgedRow = Pick<ConfirmationRow, (typeof JUDGED)[number]>;

/** The newest decisions whose content is still there, the newest first. */
export async function newestRequests(store: TenantStore, limit: number): Promise<readonly JudgedRow[]> {
  return store
    .selectColumns(
      confirmations,
      JUDGED,
      and(sql`${confirmations.type} = 'decision'`, isNull(confirmations.erasedAt)),
    )
    .orderBy(desc(confirmations.id))
    .limit(limit);
}
