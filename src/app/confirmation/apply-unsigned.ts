import { decide as judge, dueAt, type Input } from "../../core/confirmation/decision.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findDue, nextDue } from "../../store/confirmation/confirmations.ts";
import { ATTEMPTS_MAX, commitStep, type StepAttempt } from "../../store/confirmation/steps.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { newSeal } from "../sealing/new-seal.ts";
import { requestSealing } from "../sealing/request-sealing.ts";
import { newId, type Runtime } from "../runtime.ts";
import { countedVotes, loadConfirmation, type LoadedConfirmation } from "./load.ts";

// Steps without a signature: expiry, escalation, the requester's cancel, the executor's consume. They use the same
// chain of statements as a decision, so a race has one winner.

const TICK_MAX_CONFIRMATIONS = 100;

type UnsignedInput = Extract<Input, { kind: "cancel" | "tick" | "consume" }>;

/**
 * The confirmation after this input, or why the input is refused. After a lost race it reads and judges again. A
 * caller that passes the step's id can look the step up if the answer is lost.
 */
export async function applyUnsigned(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  input: UnsignedInput,
  stepId = newId(runtime, "s"),
): Promise<Result<LoadedConfirmation>> {
  const absent = refuse("not_found", "there is no such request");
  for (let round = 0; round < ATTEMPTS_MAX; round++) {
    const loaded = await loadConfirmation(store, id);
    if (loaded === undefined) return absent;
    const change = judge(loaded.policy, loaded.state, input, runtime.now());
    if (!change.ok) return change;
    const { state, effects, at } = change.value;
    if (state === loaded.state) return accept(loaded);
    const [outcome] = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
    const committed = await commitStep(store, {
      confirmation: loaded.row,
      id: stepId,
      type: stepType(input, state.status),
      now: at,
      next: state.status,
      escalated: state.escalated,
      dueAt: dueAt(loaded.policy, state),
      hasVotes: loaded.votes.length > 0,
      countedVotes: countedVotes(loaded),
      seal: outcome === undefined ? null : newSeal(runtime, outcome),
      signature: null,
    });
    if (committed === undefined) continue;
    if (outcome !== undefined) await requestSealing(runtime, store.tenantId, committed.record);
    const after = await loadConfirmation(store, id);
    return after ? accept(after) : absent;
  }
  return refuse("already_decided", "others were deciding at the same moment; try again");
}

function stepType(input: UnsignedInput, status: string): StepAttempt["type"] {
  if (input.kind === "cancel") return "cancel";
  if (input.kind === "consume") return "consume";
  return status === "expired" ? "expire" : "escalate";
}

/** Applies every expiry and escalation that is due. Returns when the next one is; undefined if nothing is pending. */
export async function tickDue(runtime: Runtime, store: TenantStore): Promise<number | undefined> {
  const due = await findDue(store, runtime.now(), TICK_MAX_CONFIRMATIONS);
  for (const id of due) await applyUnsigned(runtime, store, id, { kind: "tick" });
  return nextDue(store);
}
