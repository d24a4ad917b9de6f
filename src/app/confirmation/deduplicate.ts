import { toHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import {
  findUndelivered,
  markDelivered,
  revertDelivery,
  type DeliveredOutcome,
} from "../../store/confirmation/deliveries.ts";
import type { ConfirmationRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Principal } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";

// Agents time out and repeat their requests. An equal request of the same key gets the confirmation of the first one
// until its outcome is delivered. So an approval during a disconnection is not lost, and nobody is asked twice.

/** An outcome in an answer that may not arrive. */
export type Delivery = DeliveredOutcome;

/** What identifies equal requests of one key. */
export interface RequestIdentity {
  readonly hash: string;
  /** Whether an equal request gets the existing confirmation until its outcome is delivered. */
  readonly reuses: boolean;
}

export function identityOf(
  key: string,
  input: { username: string | null; action: string; payload: CanonicalPayload },
  reuses: boolean,
): RequestIdentity {
  const { username, action, payload } = input;
  return { hash: toHex(hashOfJson({ key, username, action, payload: payload.hash })), reuses };
}

/** The confirmation of an equal request whose outcome is not delivered yet. */
export async function findReusable(
  store: TenantStore,
  { hash, reuses }: RequestIdentity,
): Promise<ConfirmationRow | undefined> {
  return reuses ? findUndelivered(store, hash) : undefined;
}

/**
 * Called before the answer is sent: from now on an equal request is a new one. Undefined if the outcome was delivered
 * before, or to another key than the requester's: reading it must not take the outcome from the requester.
 */
export async function deliver(
  runtime: Runtime,
  { store, key }: Principal,
  row: ConfirmationRow,
): Promise<Delivery | undefined> {
  if (row.callHash === null || row.deliveredAt !== null || row.requesterId !== key.id) return undefined;
  const delivery = { id: row.id, dedupeKey: row.dedupeKey, at: runtime.now() };
  await markDelivered(store, delivery);
  return delivery;
}

/** The client did not get the answer. */
export async function undoDelivery(store: TenantStore, delivery: Delivery): Promise<void> {
  await revertDelivery(store, delivery);
}
