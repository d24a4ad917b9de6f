import { and, desc, eq, isNull, ne, sql } from "drizzle-orm";
import { toHex } from "../../core/encoding/bytes.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { refuse, type Result } from "../../core/refusal.ts";
import { confirmations, type ConfirmationRow } from "../../store/schema.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Principal } from "../account/api-keys.ts";
import { isoTime, type Runtime } from "../runtime.ts";

// Agents time out and ask again. The same call of the same key finds the request that is there, until its
// outcome has once been delivered: an approval that came while nobody listened is not lost, and nobody is
// asked twice for one thing.

/** For so long the same call is not put before a person again after a rejection. */
export const REJECTION_LOCK_MINUTES = 15;

/** What is the same when the same key asks for the same thing again. */
export interface Call {
  readonly hash: string;
  /** Whether a second request of this call is kept out until the first one's outcome is delivered. */
  readonly once: boolean;
}

/** An outcome that was handed to an answer, as it must be put back if nobody took the answer. */
export interface Delivery {
  readonly id: string;
  readonly dedupeKey: string | null;
  readonly at: number;
}

export function callOf(
  key: string,
  { username, action, payload }: { username: string | null; action: string; payload: CanonicalPayload },
  once: boolean,
): Call {
  return { hash: toHex(hashOfJson({ key, username, action, payload: payload.hash })), once };
}

/** The request of this call whose outcome nobody has got yet. */
export async function undelivered(
  store: TenantStore,
  { hash, once }: Call,
): Promise<ConfirmationRow | undefined> {
  return once ? store.first(confirmations, eq(confirmations.dedupeKey, hash)) : undefined;
}

/** The refusal of a call that a person has rejected just now. */
export async function rejectedLately(
  runtime: Runtime,
  store: TenantStore,
  { hash }: Call,
): Promise<Extract<Result<never>, { ok: false }> | undefined> {
  const [row] = await store
    .select(confirmations, and(eq(confirmations.callHash, hash), eq(confirmations.status, "rejected")))
    .orderBy(desc(confirmations.id))
    .limit(1);
  if (row === undefined) return undefined;
  // Whoever hears of it late has it before them for as long.
  const heard = Math.max(row.decidedAt ?? 0, row.deliveredAt ?? 0);
  const until = heard + REJECTION_LOCK_MINUTES * 60_000;
  if (until <= runtime.now()) return undefined;
  return refuse(
    "rejection_locked",
    `this was rejected (${row.id}) and can't be asked again before ${isoTime(until)}`,
  );
}

/**
 * Before the answer is sent: from now on the same call is a new question. Undefined: it was told before, or
 * this key did not ask, and another one's reading must not cost the asker the outcome.
 */
export async function deliver(
  runtime: Runtime,
  { store, key }: Principal,
  row: ConfirmationRow,
): Promise<Delivery | undefined> {
  if (row.callHash === null || row.deliveredAt !== null || row.requesterId !== key.id) return undefined;
  const delivery = { id: row.id, dedupeKey: row.dedupeKey, at: runtime.now() };
  await store.update(
    confirmations,
    { dedupeKey: null, deliveredAt: delivery.at },
    and(eq(confirmations.id, row.id), ne(confirmations.status, "pending"), isNull(confirmations.deliveredAt)),
  );
  return delivery;
}

/** The answer found nobody. If the same was asked anew in between, that newer request stands for the call. */
export async function takeBack(store: TenantStore, { id, dedupeKey, at }: Delivery): Promise<void> {
  const newer = sql`EXISTS (SELECT 1 FROM ${confirmations} AS newer WHERE newer.tenant_id = ${store.tenantId}
    AND newer.dedupe_key = ${dedupeKey})`;
  await store.update(
    confirmations,
    { dedupeKey: sql`CASE WHEN ${newer} THEN NULL ELSE ${dedupeKey} END`, deliveredAt: null },
    and(
      eq(confirmations.id, id),
      eq(confirmations.deliveredAt, at),
      // What was used was heard of.
      isNull(confirmations.consumedAt),
    ),
  );
}
