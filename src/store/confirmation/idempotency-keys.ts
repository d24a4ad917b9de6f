import { and, eq, lte, sql } from "drizzle-orm";
import { idempotency } from "../schema.ts";
import { prepared, type TenantStore } from "../tenant-store.ts";

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

/** Undefined if it was not used, or too long ago. */
export async function findCreateKey(
  store: TenantStore,
  { key, name }: Pick<IdempotencyKey, "key" | "name">,
  now: number,
): Promise<IdempotencyRow | undefined> {
  const row = await store.first(
    idempotency,
    and(eq(idempotency.keyId, key), eq(idempotency.operation, "create"), eq(idempotency.name, name)),
  );
  const isExpired = row !== undefined && row.createdAt <= newestExpired(now);
  return isExpired ? undefined : row;
}

const CONSUME_KEY = prepared(idempotency, (scope) =>
  scope.select(
    idempotency,
    and(
      eq(idempotency.keyId, sql.placeholder("key")),
      eq(idempotency.operation, "consume"),
      eq(idempotency.name, sql.placeholder("name")),
    ),
  ),
);
const CLAIM_CONSUME_KEY = prepared(idempotency, (scope) =>
  scope
    .insertFrom(
      idempotency,
      (tenant) => sql`SELECT ${tenant}, ${sql.placeholder("key")}, ${sql.placeholder("name")}, 'consume',
        ${sql.placeholder("requestHash")}, ${sql.placeholder("confirmation")}, ${sql.placeholder("now")} WHERE TRUE`,
    )
    .onConflictDoUpdate({
      target: [idempotency.tenantId, idempotency.keyId, idempotency.operation, idempotency.name],
      set: {
        requestHash: sql`excluded.request_hash`,
        confirmationId: sql`excluded.confirmation_id`,
        createdAt: sql`excluded.created_at`,
      },
      setWhere: lte(idempotency.createdAt, sql.placeholder("expired")),
    }),
);

/** Stores the key of a use. Returns what is stored: of two calls at once, what the first one stored. */
export async function claimIdempotencyKey(
  store: TenantStore,
  { key, name, requestHash }: IdempotencyKey,
  confirmation: string,
  now: number,
): Promise<Pick<IdempotencyRow, "requestHash" | "createdAt">> {
  const values = { key, name, requestHash, confirmation, now, expired: newestExpired(now) };
  const [, [row]] = await store.run([CLAIM_CONSUME_KEY.with(values), CONSUME_KEY.with(values)]);
  return row ?? { requestHash, createdAt: now };
}

/** When the newest of the keys was stored whose time is over. */
export function newestExpired(now: number): number {
  return now - IDEMPOTENCY_HOURS * 3_600_000;
}
