import { and, desc, eq, gte, sql } from "drizzle-orm";
import { earliestConfirmationId } from "../../core/confirmation/confirmation-id.ts";
import { confirmations } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

const COUNTED = ["status", "createdAt", "decidedAt", "decidedSeq", "approverId"] as const;
export type FigureRow = Pick<ConfirmationRow, (typeof COUNTED)[number]>;

/** Live requests that were created since then, newest first. */
export async function figureRows(
  store: TenantStore,
  since: number,
  limit: number,
): Promise<readonly FigureRow[]> {
  const isLive = and(sql`${confirmations.type} = 'decision'`, eq(confirmations.projectMode, "live"));
  return store
    .selectColumns(confirmations, COUNTED, and(gte(confirmations.id, earliestConfirmationId(since)), isLive))
    .orderBy(desc(confirmations.id))
    .limit(limit);
}
