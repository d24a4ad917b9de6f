import { asc, eq } from "drizzle-orm";
import type { OpeningRow, StepRow } from "../rows.ts";
import { openings, steps } from "../schema.ts";
import type { TenantStore } from "../tenant-store.ts";

/** What happened with a request, besides its votes and records. */
export interface TimelineRows {
  readonly steps: readonly StepRow[];
  readonly openings: readonly OpeningRow[];
}

export async function readTimeline(store: TenantStore, id: string): Promise<TimelineRows> {
  const [taken, opened] = await store.read([
    store.select(steps, eq(steps.confirmationId, id)).orderBy(asc(steps.n)),
    store.select(openings, eq(openings.confirmationId, id)),
  ]);
  return { steps: taken, openings: opened };
}
