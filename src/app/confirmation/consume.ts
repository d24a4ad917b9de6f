import { toHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { ID_RANDOM_BYTES, makeId } from "../../core/encoding/identifier.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import {
  findIdempotencyKey,
  insertIdempotencyKey,
  type IdempotencyKey,
} from "../../store/confirmation/idempotency-keys.ts";
import { stepExists } from "../../store/confirmation/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Principal } from "../account/principal.ts";
import type { Runtime } from "../runtime.ts";
import { applyUnsigned } from "./apply-unsigned.ts";
import { deliver } from "./deduplicate.ts";
import type { LoadedConfirmation } from "./load.ts";
import { read } from "./read.ts";

/**
 * Uses an approval, once. With an Idempotency-Key a repetition of the call that succeeded succeeds again, so a lost
 * answer can be asked for again.
 */
export async function consume(
  runtime: Runtime,
  principal: Principal,
  id: string,
  payload: CanonicalPayload,
  idempotencyKey: string | null,
): Promise<Result<LoadedConfirmation>> {
  const { store, key } = principal;
  const loaded = await read(runtime, principal, id);
  if (!loaded.ok) return loaded;
  const input = { kind: "consume", payloadHash: payload.hash } as const;
  if (idempotencyKey === null) {
    const used = await applyUnsigned(runtime, store, id, input);
    if (used.ok) await deliver(runtime, principal, used.value.row);
    return used;
  }
  const requestHash = toHex(hashOfJson({ confirmation: id, payloadHash: payload.hash }));
  const idempotency = { key: key.id, name: idempotencyKey, requestHash };
  const claim = await claimKey(runtime, store, idempotency, id);
  if (!claim.ok) return claim;
  const { claimedAt, isRepetition } = claim.value;
  const stepId = stepIdOf(key.id, idempotencyKey, id, claimedAt);
  // This call has succeeded before. A key that was used too late for that is refused below.
  if (isRepetition && (await stepExists(store, stepId))) return loaded;
  const used = await applyUnsigned(runtime, store, id, input, stepId);
  if (used.ok) await deliver(runtime, principal, used.value.row);
  if (used.ok || used.refusal.code !== "already_consumed") return used;
  // The same call may have been sent twice at once, and the other one succeeded.
  return (await stepExists(store, stepId)) ? read(runtime, principal, id) : used;
}

interface Claim {
  /** When the key was stored, the same for all its repetitions. After a day the key is claimed again. */
  readonly claimedAt: number;
  readonly isRepetition: boolean;
}

/**
 * Stores the idempotency key before the approval is used: if the answer is lost, the key is there for the repetition.
 */
async function claimKey(
  runtime: Runtime,
  store: TenantStore,
  idempotency: IdempotencyKey,
  id: string,
): Promise<Result<Claim>> {
  const mismatch = refuse("idempotency_mismatch", "this Idempotency-Key was used for another call");
  const now = runtime.now();
  const earlier = await findIdempotencyKey(store, "consume", idempotency, now);
  if (earlier === undefined) await insertIdempotencyKey(store, "consume", idempotency, id, now);
  // Of two calls with one key at once, the stored row tells which one has it.
  const row = earlier ?? (await findIdempotencyKey(store, "consume", idempotency, now));
  if (row !== undefined && row.requestHash !== idempotency.requestHash) return mismatch;
  return accept({ claimedAt: row?.createdAt ?? now, isRepetition: earlier !== undefined });
}

/** The same id for each attempt with this claim of an idempotency key. */
function stepIdOf(keyId: string, idempotencyKey: string, confirmation: string, claimedAt: number): string {
  const hash = hashOfJson({ keyId, idempotencyKey, confirmation, claimedAt });
  return makeId("s", 0, hash.slice(0, ID_RANDOM_BYTES));
}
