import {
  approvalsOf,
  dueAt,
  sameUntil,
  type Change,
  type Input,
  type Status,
} from "../../core/confirmation/decision.ts";
import { openStage, whoMayVote } from "../../core/policy/policy.ts";
import type { StepAttempt } from "../../store/confirmation/steps.ts";
import { doneToChange, trailEntryOf, type ActorColumns } from "../acts/trail-entry.ts";
import { newSeal } from "../sealing/new-seal.ts";
import { confirmationEvent } from "../sending/confirmation-event.ts";
import type { Runtime } from "../runtime.ts";
import type { LoadedConfirmation } from "./load.ts";

type Judged = Pick<StepAttempt, "id" | "type"> & {
  readonly input: Input;
  readonly change: Change;
  /** Who takes the step. */
  readonly by: ActorColumns;
};

/** The step that commits what was judged. */
export function stepAttempt(
  runtime: Runtime,
  loaded: LoadedConfirmation,
  { id, type, input, change, by }: Judged,
): Omit<StepAttempt, "signature" | "reader" | "person"> {
  const { row, state: before, policy } = loaded;
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
    notify: noticeOf(loaded, { id, type }, change),
    entry:
      row.type === "decision"
        ? null
        : trailEntryOf(runtime, by, doneToChange(actOf(type, state.status), row)),
  };
}

function noticeOf(
  { row, policy }: LoadedConfirmation,
  { id, type }: Pick<Judged, "id" | "type">,
  { state, effects, at }: Change,
): StepAttempt["notify"] {
  const [notify] = effects.filter((effect) => effect.kind === "notify");
  if (notify === undefined) return null;
  const asked = type === "escalate" ? "confirmation.escalated" : "confirmation.stage_opened";
  const isEvent = row.type === "decision";
  const event = isEvent ? confirmationEvent(asked, row, { id, at }) : null;
  const elapsed = at - state.createdAt;
  const stage = openStage(policy, approvalsOf(state), elapsed);
  const signers = [...whoMayVote(policy, stage, elapsed, state.requester)];
  return { people: notify.people, signers, project: row.projectId, event };
}

/** What the audit trail says of this step of a change. */
function actOf(type: StepAttempt["type"], next: Status): Parameters<typeof doneToChange>[0] {
  if (type === "expire") return "change.expired";
  if (type === "cancel") return "change.cancelled";
  if (next === "approved") return "change.approved";
  return next === "rejected" ? "change.rejected" : "change.signed";
}
