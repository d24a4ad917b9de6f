import { toHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { foldedText, foldedValue } from "../../core/confirmation/folded.ts";
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

/** What identifies the requests of one agent. */
export interface RequestIdentity {
  /** The same for exactly equal requests. Null if an equal request is a new one. */
  readonly dedupeKey: string | null;
  /** The same for requests that a rejection of one of them locks. Null: a rejection locks none. */
  readonly lockHash: string | null;
}

export function identityOf(
  key: string,
  input: { username: string | null; policy: string | null; action: string; payload: CanonicalPayload },
  isReused: boolean,
  areRulesInForce: boolean,
): RequestIdentity {
  const { username, policy, action, payload } = input;
  const exact = { key, username, policy, action, payload: payload.hash };
  // The rules choose who is asked. So another name in the request does not ask the same people again.
  const asked = areRulesInForce ? {} : { username, policy };
  const folded = { key, ...asked, action: foldedText(action), payload: foldedValue(payload.value) };
  return { dedupeKey: isReused ? toHex(hashOfJson(exact)) : null, lockHash: toHex(hashOfJson(folded)) };
}

/** The confirmation of an equal request whose outcome is not delivered yet. */
export async function findReusable(
  store: TenantStore,
  { dedupeKey }: RequestIdentity,
): Promise<ConfirmationRow | undefined> {
  return dedupeKey === null ? undefined : findUndelivered(store, dedupeKey);
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
  if (row.lockHash === null || row.deliveredAt !== null || row.requesterId !== key.id) return undefined;
  const delivery = { id: row.id, dedupeKey: row.dedupeKey, at: runtime.now() };
  await markDelivered(store, delivery);
  return delivery;
}

/** The client did not get the answer. */
export async function undoDelivery(store: TenantStore, delivery: Delivery): Promise<void> {
  await revertDelivery(store, delivery);
}
