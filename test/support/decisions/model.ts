import type { Confirmation, Input } from "../../../src/core/confirmation/decision.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import {
  askedIn,
  canNaivelyBeMet,
  doRejectionsEnd,
  isNaivelyMet,
  naiveOpenStage,
  type Approved,
} from "./naive-policy.ts";

// What each input does to a request, written a second time and without the code under test.

/** A refusal's code, or what the request is afterwards. */
export type Expected =
  | string
  | { readonly status: Confirmation["status"]; readonly sealed: string | null; readonly votes: number };

export function approvedIn({ votes }: Confirmation): Approved {
  const counted = votes.filter(({ vote, counts }) => vote === "approve" && counts);
  return Object.fromEntries(counted.map(({ person, stage }) => [person, stage]));
}

/** The time that a step gets: not before the last one, as servers' clocks differ. */
export function stepTime(policy: Policy, state: Confirmation, now: number): number {
  const escalation = policy.escalations[state.escalated - 1]?.afterSeconds ?? 0;
  const votes = state.votes.map(({ at }) => at);
  return Math.max(now, state.createdAt + escalation * 1_000, state.decidedAt ?? 0, ...votes);
}

export function expectedOf(policy: Policy, state: Confirmation, input: Input, now: number): Expected {
  const at = stepTime(policy, state, now);
  if (input.kind === "consume") return expectedUse(state, input, at);
  if (input.kind === "tick") return expectedTick(policy, state, at);
  const closed = whyClosed(policy, state, at);
  if (closed !== undefined) return closed;
  if (input.kind === "cancel") return ended(state, "cancelled");
  const hasSigned = state.votes.some(({ person }) => person === input.person);
  if (input.kind === "vote") return hasSigned ? "already_signed" : expectedVote(policy, state, input, at);
  const isExcluded = policy.excludeRequester && input.person === state.requester;
  if (!policy.breakGlass.includes(input.person) || isExcluded) return "break_glass_not_allowed";
  if (hasSigned) return "already_signed";
  return /\S/.test(input.reason) ? ended(state, "approved", "break-glass") : "reason_required";
}

const ended = (state: Confirmation, status: Confirmation["status"], sealed: string = status): Expected => ({
  status,
  sealed,
  votes: state.votes.length,
});

/** The moment before the expiry, or now if that is earlier: nothing is approved later. */
const approvable = (state: Confirmation, at: number) => Math.min(at, state.expiresAt - 1) - state.createdAt;

function whyClosed(policy: Policy, state: Confirmation, at: number): string | undefined {
  if (state.status === "expired") return "expired";
  if (state.status !== "pending") return "already_decided";
  if (isNaivelyMet(policy, approvedIn(state), approvable(state, at))) return "already_decided";
  return at >= state.expiresAt ? "expired" : undefined;
}

function expectedVote(
  policy: Policy,
  state: Confirmation,
  { person, vote, stage }: Extract<Input, { kind: "vote" }>,
  at: number,
): Expected {
  const elapsed = at - state.createdAt;
  if (naiveOpenStage(policy, approvedIn(state), elapsed) !== stage) return "stage_over";
  if (!askedIn(policy, stage, elapsed, state.requester).includes(person)) return "not_an_approver";
  const voted = { ...state, votes: [...state.votes, { person, vote, stage, at, counts: true }] };
  const approved = approvedIn(voted);
  const rejecters = voted.votes.flatMap((one) => (one.vote === "reject" && one.counts ? [one.person] : []));
  if (vote === "approve" && isNaivelyMet(policy, approved, elapsed)) return ended(voted, "approved");
  const canBeMet = (by: Approved) => canNaivelyBeMet(policy, by, rejecters, state.requester);
  if (vote === "approve" && canBeMet(approvedIn(state)) && !canBeMet(approved)) return "needed_later";
  if (doRejectionsEnd(policy, approved, rejecters, state.requester)) return ended(voted, "rejected");
  return { status: "pending", sealed: null, votes: voted.votes.length };
}

function expectedTick(policy: Policy, state: Confirmation, at: number): Expected {
  const same = { status: state.status, sealed: null, votes: state.votes.length };
  if (state.status !== "pending") return same;
  if (isNaivelyMet(policy, approvedIn(state), approvable(state, at))) return ended(state, "approved");
  return at >= state.expiresAt ? ended(state, "expired") : same;
}

function expectedUse(
  state: Confirmation,
  { payloadHash }: Extract<Input, { kind: "consume" }>,
  at: number,
): Expected {
  if (state.status !== "approved" || !state.sealed) return "not_approved";
  if (state.consumedAt !== null) return "already_consumed";
  const window = state.executeWithinMilliseconds ?? Number.POSITIVE_INFINITY;
  if (at > (state.decidedAt ?? 0) + window) return "execution_window_closed";
  if (payloadHash !== state.payloadHash) return "argument_hash_mismatch";
  return ended(state, "approved", "consumed");
}
