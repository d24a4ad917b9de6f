import { decide as judge, type Input } from "../../core/confirmation/decision.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findDue, nextDue, readConfirmation } from "../../store/confirmation/confirmations.ts";
import { ATTEMPTS_MAX, type StepAttempt } from "../../store/confirmation/steps.ts";
import type { Run } from "../../store/prepared-statement.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { SERVICE } from "../acts/trail-entry.ts";
import { newId, type Runtime } from "../runtime.ts";
import { commit } from "./commit.ts";
import { confirmationFrom, UNKNOWN_REQUEST, type LoadedConfirmation } from "./load.ts";
import { stepAttempt } from "./step-attempt.ts";

// Steps without a signature: expiry, escalation, the requester's cancel, the executor's consume. They use the same
// chain of statements as a decision, so a race has one winner.

const TICK_MAX_CONFIRMATIONS = 100;

type UnsignedInput = Extract<Input, { kind: "cancel" | "tick" | "consume" }>;

/** What a step is besides its input. */
interface UnsignedStep {
  readonly stepId?: string;
  /** The API key that gets the outcome with the answer to a use. */
  readonly reader?: string;
  /** The member who does it. */
  readonly person?: string;
  /** What the audit trail says of it. */
  readonly entry?: Run;
}

/**
 * The confirmation after this input, or why the input is refused. If another step came first, the state after that one
 * is judged.
 */
export async function applyUnsigned(
  runtime: Runtime,
  store: TenantStore,
  id: string,
  input: UnsignedInput,
  { stepId = newId(runtime, "s"), reader, person, entry }: UnsignedStep = {},
): Promise<Result<LoadedConfirmation>> {
  let rows = await readConfirmation(store, id);
  for (let round = 0; rows !== undefined && round < ATTEMPTS_MAX; round++) {
    const loaded = confirmationFrom(rows);
    const change = judge(loaded.policy, loaded.state, input, runtime.now());
    if (!change.ok) return change;
    const { state } = change.value;
    if (state === loaded.state) return accept(loaded);
    const type = stepType(input, state.status);
    const step = stepAttempt(runtime, loaded, { id: stepId, type, input, change: change.value, by: SERVICE });
    const committed = await commit(runtime, store, {
      ...step,
      reader: reader ?? null,
      person: person ?? null,
      entry: entry ?? step.entry,
      signature: null,
    });
    rows = committed.record ? await readConfirmation(store, id) : committed.rows;
    if (committed.isCommitted && rows) return accept(confirmationFrom(rows));
  }
  return rows === undefined
    ? UNKNOWN_REQUEST
    : refuse("already_decided", "others were deciding at the same moment; try again");
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
