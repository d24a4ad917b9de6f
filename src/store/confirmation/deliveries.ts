import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { confirmations } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import type { TenantStore } from "../tenant-store.ts";
import { isOutcomeSealed } from "./confirmations.ts";

/** An outcome that an answer contains, as it must be restored if the answer does not arrive. */
export interface DeliveredOutcome {
  readonly id: string;
  readonly dedupeKey: string | null;
  readonly at: number;
}

/** The confirmation of equal requests whose outcome is not delivered. */
export async function findUndelivered(
  store: TenantStore,
  callHash: string,
): Promise<ConfirmationRow | undefined> {
  return store.first(confirmations, eq(confirmations.dedupeKey, callHash));
}

/** The last one that is sealed: the requester must not notice a rejection before. */
export async function findLastRejection(
  store: TenantStore,
  callHash: string,
): Promise<ConfirmationRow | undefined> {
  const isRejected = and(eq(confirmations.status, "rejected"), isOutcomeSealed(store));
  const [row] = await store
    .select(confirmations, and(eq(confirmations.callHash, callHash), isRejected))
    .orderBy(desc(confirmations.id))
    .limit(1);
  return row;
}

export async function markDelivered(store: TenantStore, { id, at }: DeliveredOutcome): Promise<void> {
  await store.update(
    confirmations,
    { dedupeKey: null, deliveredAt: at },
    and(eq(confirmations.id, id), ne(confirmations.status, "pending"), isNull(confirmations.deliveredAt)),
  );
}

/** If an equal request was created meanwhile, later ones find that one. A consumed approval stays delivered. */
export async function revertDelivery(
  store: TenantStore,
  { id, dedupeKey, at }: DeliveredOutcome,
): Promise<void> {
  const isNewer = sql`EXISTS (SELECT 1 FROM ${confirmations} AS newer WHERE newer.tenant_id = ${store.tenantId}
    AND newer.dedupe_key = ${dedupeKey})`;
  await store.update(
    confirmations,
    { dedupeKey: sql`CASE WHEN ${isNewer} THEN NULL ELSE ${dedupeKey} END`, deliveredAt: null },
    and(eq(confirmations.id, id), eq(confirmations.deliveredAt, at), isNull(confirmations.consumedAt)),
  );
}
