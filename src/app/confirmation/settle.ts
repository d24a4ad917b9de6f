import { and, lte, sql } from "drizzle-orm";
import { decide as judge, type Input } from "../../core/confirmation/decision.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { confirmations } from "../../store/schema.ts";
import { ATTEMPTS_MAX, makeStep, type StepAttempt } from "../../store/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { loadConfirmation, type Loaded } from "./load.ts";
import { sealOf } from "../sealing/seal.ts";
import { newId, type Runtime } from "../runtime.ts";

// Everything that ends or uses a confirmation without a signature: time, the requester's cancel, the
// executor's use. The same guarded chain as a decision, so a race has one winner.

const TICK_MAX_CONFIRMATIONS = 100;

type Unsigned = Extract<Input, { kind: "cancel" | "tick" | "consume" }>;

/**
 * The confirmation after this input, or why it can't be. Repeats what a lost race makes stale. A caller that
 * names the step can find it again when the answer was lost.
 */
export async function settle(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  input: Unsigned,
  stepId = newId(runtime, "s"),
): Promise<Result<Loaded>> {
  for (let round = 0; round < ATTEMPTS_MAX; round++) {
    const loaded = await loadConfirmation(store, id);
    if (loaded === undefined) return refuse("not_found", "there is no such request");
    const now = runtime.now();
    const change = judge(loaded.policy, loaded.state, input, now);
    if (!change.ok) return change;
    const { state, effects } = change.value;
    if (state === loaded.state) return accept(loaded);
    const [seal] = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
    const attempt: StepAttempt = {
      confirmation: loaded.row,
      id: stepId,
      type: stepType(input, state.status),
      now,
      next: state.status,
      escalated: state.escalated,
      hasVotes: loaded.votes.length > 0,
      seal:
        seal === undefined
          ? null
          : seal === "consumed"
            ? sealOf(runtime, "consumed", null)
            : sealOf(runtime, "decision", seal),
      signature: null,
    };
    const made = await makeStep(store, attempt);
    if (made === undefined) continue;
    if (seal !== undefined) await requestSealing(runtime, store.tenantId, made.sealed);
    const after = await loadConfirmation(store, id);
    return after ? accept(after) : refuse("not_found", "there is no such request");
  }
  return refuse("already_decided", "others were deciding at the same moment; try again");
}

function stepType(input: Unsigned, status: string): StepAttempt["type"] {
  if (input.kind === "cancel") return "cancel";
  if (input.kind === "consume") return "consume";
  return status === "expired" ? "expire" : "escalate";
}

/** In the words of the index that holds nothing else: a parameter would not match them. */
const PENDING = sql`${confirmations.status} = 'pending'`;

/** Lets time pass for every request that is due, and says when the next one is; undefined: none is open. */
export async function tickAll(runtime: Runtime, store: TenantStore): Promise<number | undefined> {
  const due = await store
    .select(confirmations, and(PENDING, lte(confirmations.expiresAt, runtime.now())))
    .limit(TICK_MAX_CONFIRMATIONS);
  for (const { id } of due) await settle(runtime, store, id, { kind: "tick" });
  const [next] = await store.select(confirmations, PENDING).orderBy(confirmations.expiresAt).limit(1);
  return next?.expiresAt;
}
