import { and, asc, gt, sql } from "drizzle-orm";
import { confirmations } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

const LISTED = [
  "id",
  "projectName",
  "projectMode",
  "action",
  "payloadHash",
  "requesterName",
  "approverId",
  "status",
  "createdAt",
  "expiresAt",
  "decidedAt",
  "decidedSeq",
  "consumedAt",
] as const;
export type TableRow = Pick<ConfirmationRow, (typeof LISTED)[number]>;

/** Requests of all projects, oldest first, from the one after this id on. */
export async function tableRows(
  store: TenantStore,
  after: string,
  limit: number,
): Promise<readonly TableRow[]> {
  const isLater = and(gt(confirmations.id, after), sql`${confirmations.type} = 'decision'`);
  return store.selectColumns(confirmations, LISTED, isLater).orderBy(asc(confirmations.id)).limit(limit);
}
