import type { Confirmation, Input, Vote, decide } from "../../src/core/confirmation/decision.ts";
import { singleApproverPolicy, type Policy } from "../../src/core/policy/policy.ts";
import type { Need } from "../../src/core/policy/seats.ts";

// Short ways to write a policy, the state of a confirmation, and what an input did, for tables of cases.

export const T0 = 1_800_000_000_000;
export const MINUTE = 60_000;
export const HASH = "aa".repeat(32);

export const anyOf = (count: number, ...of: string[]): Need => ({ name: "", count, of });
export const person = (name: string): Need => anyOf(1, name);
/** One stage for each list of needs. */
export const stages = (...needs: (readonly Need[])[]): Policy["stages"] =>
  needs.map((some) => ({ name: "", needs: some }));
export const policy = (more: Partial<Policy>): Policy => ({ ...singleApproverPolicy("ana"), ...more });
/** Of one stage with these needs. */
export const needing = (needs: readonly Need[], more: Partial<Policy> = {}): Policy =>
  policy({ stages: stages(needs), ...more });
/** After so many seconds, these needs are enough for the stage as well. */
export const later = (afterSeconds: number, needs: readonly Need[], stage = 1) => ({
  afterSeconds,
  stage,
  needs,
});
export const confirmation = (more: Partial<Confirmation> = {}): Confirmation => ({
  status: "pending",
  createdAt: T0,
  expiresAt: T0 + 15 * MINUTE,
  executeWithinMilliseconds: null,
  requester: null,
  payloadHash: HASH,
  votes: [],
  escalated: 0,
  decidedAt: null,
  overriddenBy: null,
  sealed: false,
  consumedAt: null,
  ...more,
});
export const vote = (who: string, cast: Vote["vote"] = "approve", counts = true, stage = 1): Vote => ({
  person: who,
  vote: cast,
  stage,
  at: T0,
  counts,
});
export const approves = (who: string, stage = 1): Input => ({
  kind: "vote",
  person: who,
  vote: "approve",
  stage,
});
export const rejects = (who: string, stage = 1): Input => ({
  kind: "vote",
  person: who,
  vote: "reject",
  stage,
});

/** The result, as a short text for tables. */
export function said(result: ReturnType<typeof decide>, before: Confirmation): string {
  if (!result.ok) return result.refusal.code;
  const { state, effects } = result.value;
  const seals = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
  if (seals.length > 0) return `-> ${seals.join("+")}`;
  return state === before || JSON.stringify(state) === JSON.stringify(before)
    ? "no change"
    : `${state.status}, changed`;
}
