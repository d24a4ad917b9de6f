import { events } from "../schema.ts";
import type { EventRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";

/** False if an event with this id exists. */
export async function insertEvent(store: TenantStore, event: Omit<EventRow, "tenantId">): Promise<boolean> {
  const inserted = await store.insert(events, event).onConflictDoNothing().returning({ id: events.id });
  return inserted.length > 0;
}
