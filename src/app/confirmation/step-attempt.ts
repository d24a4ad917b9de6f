import { dueAt, sameUntil, type Change, type Input } from "../../core/confirmation/decision.ts";
import type { StepAttempt } from "../../store/confirmation/steps.ts";
import { newSeal } from "../sealing/new-seal.ts";
import type { Runtime } from "../runtime.ts";
import type { LoadedConfirmation } from "./load.ts";

type Judged = Pick<StepAttempt, "id" | "type"> & {
  readonly input: Input;
  readonly change: Change;
};

/** The step that commits what was judged. */
export function stepAttempt(
  runtime: Runtime,
  { row, state: before, policy }: LoadedConfirmation,
  { id, type, input, change }: Judged,
): Omit<StepAttempt, "signature" | "reader" | "person" | "entry"> {
  const { state, effects, at } = change;
  const [outcome] = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
  // A change that was rejected, cancelled or expired changes nothing, so it is sealed as a decision.
  const applies = outcome === "approved" || outcome === "break-glass";
  return {
    confirmation: row,
    id,
    type,
    now: at,
    // A statement takes no infinite number.
    latest: Math.min(sameUntil(policy, before, input, change), Number.MAX_SAFE_INTEGER),
    next: state.status,
    escalated: state.escalated,
    dueAt: dueAt(policy, state),
    countedVotes: before.votes.filter((vote) => vote.counts).length,
    seal: outcome === undefined ? null : newSeal(runtime, outcome, applies ? row.type : "decision"),
  };
}
