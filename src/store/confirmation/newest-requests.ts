import { and, desc, gt, gte, isNull, sql } from "drizzle-orm";
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

/** So many are looked at. The others among them are changes of the directory, and those whose content is erased. */
const SCANNED_MAX = 500;

/** The newest decisions whose content is still there, the newest first. */
export async function newestRequests(store: TenantStore, limit: number): Promise<readonly JudgedRow[]> {
  const [oldest] = await store
    .selectColumns(confirmations, ["id"], gt(confirmations.id, ""))
    .orderBy(desc(confirmations.id))
    .limit(1)
    .offset(SCANNED_MAX - 1);
  return store
    .selectColumns(
      confirmations,
      JUDGED,
      and(
        sql`${confirmations.type} = 'decision'`,
        isNull(confirmations.erasedAt),
        gte(confirmations.id, oldest?.id ?? ""),
      ),
    )
    .orderBy(desc(confirmations.id))
    .limit(limit);
}
