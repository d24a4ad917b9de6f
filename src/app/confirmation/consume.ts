import { toHex } from "../../core/encoding/bytes.ts";
import type { CanonicalPayload } from "../../core/confirmation/canonical-payload.ts";
import { ID_RANDOM_BYTES, makeId } from "../../core/encoding/identifier.ts";
import { hashOfJson } from "../../core/encoding/jcs.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { claimIdempotencyKey } from "../../store/confirmation/idempotency-keys.ts";
import type { Principal } from "../account/principal.ts";
import { newId, type Runtime } from "../runtime.ts";
import { applyUnsigned } from "./apply-unsigned.ts";
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
  const loaded = await read(runtime, principal, id);
  if (!loaded.ok) return loaded;
  const { store, key } = principal;
  const call = { key: key.id, name: idempotencyKey, confirmation: id, payloadHash: payload.hash };
  const step = await stepOf(runtime, principal, call);
  if (!step.ok) return step;
  const input = { kind: "consume", payloadHash: payload.hash } as const;
  const used = await applyUnsigned(runtime, store, id, input, { stepId: step.value, reader: key.id });
  if (used.ok || used.refusal.code !== "already_consumed") return used;
  // This same call may have used it, in an earlier attempt or in one that was sent at the same time.
  const after = await read(runtime, principal, id);
  return after.ok && after.value.consumed?.stepId === step.value ? after : used;
}

interface Call {
  readonly key: string;
  /** The Idempotency-Key. */
  readonly name: string | null;
  readonly confirmation: string;
  readonly payloadHash: string;
}

/**
 * The id of the step that this call makes, the same for all its repetitions. Its idempotency key is stored before the
 * approval is used: if the answer is lost, the key is there for the repetition. After a day the key is claimed again.
 */
async function stepOf(
  runtime: Runtime,
  { store }: Principal,
  { key, name, confirmation, payloadHash }: Call,
): Promise<Result<string>> {
  if (name === null) return accept(newId(runtime, "s"));
  const requestHash = toHex(hashOfJson({ confirmation, payloadHash }));
  const claim = await claimIdempotencyKey(store, { key, name, requestHash }, confirmation, runtime.now());
  if (claim.requestHash !== requestHash)
    return refuse("idempotency_mismatch", "this Idempotency-Key was used for another call");
  const claimedAt = claim.createdAt;
  const hash = hashOfJson({ keyId: key, idempotencyKey: name, confirmation, claimedAt });
  return accept(makeId("s", 0, hash.slice(0, ID_RANDOM_BYTES)));
}
