import { and, desc, eq, gte, isNotNull, sql } from "drizzle-orm";
import { earliestConfirmationId } from "../../core/confirmation/confirmation-id.ts";
import { confirmations, notices, openings } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

const COUNTED = ["id", "status", "createdAt", "decidedAt", "decidedSeq", "approverId"] as const;
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

interface FirstTimes {
  /** When the first notice was sent, by the id of the request. */
  readonly notified: ReadonlyMap<string, number>;
  /** When somebody first opened the page. */
  readonly opened: ReadonlyMap<string, number>;
}

/** Of at most so many of the newest notices, and of the newest openings, of requests since then. */
export async function firstTimes(store: TenantStore, since: number, limit: number): Promise<FirstTimes> {
  const from = earliestConfirmationId(since);
  const [sent, opened] = await store.read([
    store
      .selectColumns(
        notices,
        ["confirmationId", "sentAt"],
        and(gte(notices.confirmationId, from), eq(notices.kind, "asked"), isNotNull(notices.sentAt)),
      )
      .orderBy(desc(notices.confirmationId))
      .limit(limit),
    store
      .selectColumns(openings, ["confirmationId", "at"], gte(openings.confirmationId, from))
      .orderBy(desc(openings.confirmationId))
      .limit(limit),
  ]);
  return {
    notified: firstOf(sent.map(({ confirmationId, sentAt }) => [confirmationId, sentAt ?? 0])),
    opened: firstOf(opened.map(({ confirmationId, at }) => [confirmationId, at])),
  };
}

function firstOf(times: readonly (readonly [id: string, at: number])[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const [id, at] of times) first.set(id, Math.min(at, first.get(id) ?? at));
  return first;
}
