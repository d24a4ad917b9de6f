import type { Confirmation, Vote, decide } from "../../src/core/confirmation/decision.ts";
import { singleApproverPolicy, type Policy, type Requirement } from "../../src/core/policy/policy.ts";

// Short ways to write a policy, the state of a confirmation, and what an input did, for tables of cases.

export const T0 = 1_800_000_000_000;
export const MINUTE = 60_000;
export const HASH = "aa".repeat(32);

export const person = (name: string): Requirement => ({ kind: "person", person: name });
export const anyOf = (threshold: number, ...names: string[]): Requirement => ({
  kind: "quorum",
  name: "",
  threshold,
  of: names.map(person),
});
export const policy = (more: Partial<Policy>): Policy => ({ ...singleApproverPolicy("ana"), ...more });
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
export const vote = (who: string, cast: Vote["vote"] = "approve", counts = true): Vote => ({
  person: who,
  vote: cast,
  at: T0,
  counts,
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
