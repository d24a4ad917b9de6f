import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { confirmations } from "../schema.ts";
import type { ConfirmationRow } from "../rows.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";
import { confirmationRows, isOutcomeSealed } from "./confirmations.ts";

/** An outcome that an answer contains, as it must be restored if the answer does not arrive. */
export interface DeliveredOutcome {
  readonly id: string;
  readonly dedupeKey: string | null;
  readonly at: number;
}

const UNDELIVERED = prepared(confirmations, (scope) =>
  scope.select(confirmations, eq(confirmations.dedupeKey, sql.placeholder("dedupeKey"))),
);

/** The confirmation of equal requests whose outcome is not delivered. */
export async function findUndelivered(
  store: TenantStore,
  dedupeKey: string,
): Promise<ConfirmationRow | undefined> {
  const [[row]] = await store.run([UNDELIVERED.with({ dedupeKey })]);
  return row;
}

/** A rejection, and from when it locks: its decision, or its delivery if a requester reads it later. */
export interface LastRejection {
  readonly id: string;
  readonly at: number;
}

/** Written as in the index. */
const REJECTED_AT = sql`max(${confirmations.decidedAt}, coalesce(${confirmations.deliveredAt}, 0))`;
/** Only sealed ones: a requester must not notice a rejection before. */
const REJECTION = prepared<typeof confirmations, "id" | "decidedAt" | "deliveredAt">(
  confirmations,
  (scope) => {
    const isRejection = and(
      sql`${confirmations.status} = 'rejected'`,
      eq(confirmations.lockHash, sql.placeholder("lockHash")),
      sql`${REJECTED_AT} > ${sql.placeholder("after")}`,
      isOutcomeSealed(scope),
    );
    return scope
      .selectColumns(confirmations, ["id", "decidedAt", "deliveredAt"], isRejection)
      .orderBy(desc(REJECTED_AT))
      .limit(1);
  },
);

/** Earlier requests of the same agent: one that is not delivered, and the last rejection after this time. */
export async function findEarlier(
  store: TenantStore,
  { dedupeKey, lockHash }: { readonly dedupeKey: string | null; readonly lockHash: string | null },
  after: number,
): Promise<{
  readonly undelivered: ConfirmationRow | undefined;
  readonly rejection: LastRejection | undefined;
}> {
  const [[undelivered], [rejected]] = await store.run([
    dedupeKey === null ? undefined : UNDELIVERED.with({ dedupeKey }),
    REJECTION.with({ lockHash, after }),
  ]);
  const rejection = rejected && {
    id: rejected.id,
    at: Math.max(rejected.decidedAt ?? 0, rejected.deliveredAt ?? 0),
  };
  return { undelivered, rejection };
}

const MARK_DELIVERED = prepared(
  confirmations,
  (scope) =>
    scope.update(
      confirmations,
      { dedupeKey: null, deliveredAt: value("at") },
      and(
        eq(confirmations.id, sql.placeholder("id")),
        ne(confirmations.status, "pending"),
        isNull(confirmations.deliveredAt),
      ),
    ),
  "id",
);

export async function markDelivered(store: TenantStore, { id, at }: DeliveredOutcome): Promise<void> {
  await store.change([MARK_DELIVERED.with({ id, at })], confirmationRows(id));
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
