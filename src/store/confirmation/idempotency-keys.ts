import { and, eq, lte } from "drizzle-orm";
import { idempotency } from "../schema.ts";
import type { TenantStore } from "../tenant-store.ts";

/** How long an idempotency key is valid, and with it the first answer. */
const IDEMPOTENCY_HOURS = 24;

/** The same key with the same request gets the first answer again; with another request it is refused. */
export interface IdempotencyKey {
  /** The id of the API key: each has its own idempotency keys. */
  readonly key: string;
  readonly name: string;
  readonly requestHash: string;
}

type IdempotencyRow = typeof idempotency.$inferSelect;
type Operation = "create" | "consume";

/** Undefined if it was not used, or too long ago. */
export async function findIdempotencyKey(
  store: TenantStore,
  operation: Operation,
  { key, name }: Pick<IdempotencyKey, "key" | "name">,
  now: number,
): Promise<IdempotencyRow | undefined> {
  const row = await store.first(
    idempotency,
    and(eq(idempotency.keyId, key), eq(idempotency.operation, operation), eq(idempotency.name, name)),
  );
  const isExpired = row !== undefined && row.createdAt <= newestExpired(now);
  return isExpired ? undefined : row;
}

/** Keeps the row that is there, if any. One whose time is over is replaced. */
export async function insertIdempotencyKey(
  store: TenantStore,
  operation: Operation,
  { key, name, requestHash }: IdempotencyKey,
  confirmationId: string,
  now: number,
): Promise<void> {
  const values = { requestHash, confirmationId, createdAt: now };
  await store.insert(idempotency, { keyId: key, name, operation, ...values }).onConflictDoUpdate({
    target: [idempotency.tenantId, idempotency.keyId, idempotency.operation, idempotency.name],
    set: values,
    setWhere: lte(idempotency.createdAt, newestExpired(now)),
  });
}

/** When the newest of the keys was stored whose time is over. */
export function newestExpired(now: number): number {
  return now - IDEMPOTENCY_HOURS * 3_600_000;
}
