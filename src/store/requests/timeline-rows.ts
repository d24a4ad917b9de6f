import { and, asc, eq, isNotNull } from "drizzle-orm";
import type { ChannelRow, NoticeRow, OpeningRow, StepRow } from "../rows.ts";
import { channels, notices, openings, steps } from "../schema.ts";
import type { TenantStore } from "../tenant-store.ts";

/** What happened with a request, besides its votes and records. */
export interface TimelineRows {
  readonly steps: readonly StepRow[];
  readonly openings: readonly OpeningRow[];
  /** Those that were sent. */
  readonly notices: readonly NoticeRow[];
  /** By id. */
  readonly channels: ReadonlyMap<string, ChannelRow>;
}

/** More than one person or two get of one request. */
const NOTICES_MAX_ROWS = 200;

export async function readTimeline(store: TenantStore, id: string): Promise<TimelineRows> {
  const [taken, opened, sent] = await store.read([
    store.select(steps, eq(steps.confirmationId, id)).orderBy(asc(steps.n)),
    store.select(openings, eq(openings.confirmationId, id)),
    store
      .select(notices, and(eq(notices.confirmationId, id), isNotNull(notices.sentAt)))
      .limit(NOTICES_MAX_ROWS),
  ]);
  const ids = [...new Set(sent.map(({ channelId }) => channelId))];
  const used = await store.selectIn(channels, channels.id, ids);
  return {
    steps: taken,
    openings: opened,
    notices: sent,
    channels: new Map(used.map((one) => [one.id, one])),
  };
}
