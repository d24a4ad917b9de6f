import {
  canStillBeMet,
  isEndedByRejections,
  isMet,
  mayOverride,
  openStage,
  reachedEscalations,
  whoMayVote,
  type Approvals,
  type Policy,
} from "../policy/policy.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// The life cycle of a confirmation as one pure function. It checks for every refusal before it changes
// anything. Effects (seal, notify) are returned as data and stored in the same transaction as the state.

export type Status = "pending" | Outcome;
type Outcome = "approved" | "rejected" | "expired" | "cancelled";
/** The outcome in the log, which keeps emergency approvals distinct. */
export type SealedOutcome = Outcome | "break-glass";

export interface Vote {
  readonly person: string;
  readonly vote: "approve" | "reject";
  /** The stage that was open when it was signed, counted from 1. */
  readonly stage: number;
  readonly at: number;
  /** False once its passkey is revoked or its person is an auditor. It is not in the record, so it has no effect. */
  readonly counts: boolean;
}

export interface Confirmation {
  readonly status: Status;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** How long after the decision the action may be executed; null for no limit. */
  readonly executeWithinMilliseconds: number | null;
  /** The person behind the requesting API key, if known. */
  readonly requester: string | null;
  readonly payloadHash: string;
  readonly votes: readonly Vote[];
  /** How many escalations have notified their people. */
  readonly escalated: number;
  readonly decidedAt: number | null;
  readonly overriddenBy: string | null;
  /** Whether the outcome is in the log. */
  readonly sealed: boolean;
  readonly consumedAt: number | null;
}

export type Input =
  | {
      readonly kind: "vote";
      readonly person: string;
      readonly vote: "approve" | "reject";
      /** The stage that the person signed for. */
      readonly stage: number;
    }
  | { readonly kind: "override"; readonly person: string; readonly reason: string }
  | { readonly kind: "cancel" }
  | { readonly kind: "tick" }
  | { readonly kind: "consume"; readonly payloadHash: string };

type Effect =
  /** Since this step they may decide, too: it opened their stage, or an escalation asks them. */
  | { readonly kind: "notify"; readonly people: readonly string[] }
  | { readonly kind: "seal"; readonly record: SealedOutcome | "consumed" };

export interface Change {
  readonly state: Confirmation;
  readonly effects: readonly Effect[];
  /** The time of this step and of its record. */
  readonly at: number;
}

/** What the requester may see: a signed outcome reads `pending` until it is in the log. */
export function visibleStatus(state: Confirmation): Status {
  const signed = state.status === "approved" || state.status === "rejected";
  return signed && !state.sealed ? "pending" : state.status;
}

/** When time alone changes a pending request: at the next escalation, or when it expires. A tick is due then. */
export function dueAt(
  policy: Policy,
  state: Pick<Confirmation, "createdAt" | "expiresAt" | "escalated">,
): number {
  const next = policy.escalations[state.escalated];
  return next === undefined
    ? state.expiresAt
    : Math.min(state.expiresAt, state.createdAt + next.afterSeconds * 1_000);
}

export function decide(policy: Policy, state: Confirmation, input: Input, now: number): Result<Change> {
  // Servers' clocks differ, and a record must not be dated before the signatures in it.
  const at = Math.max(now, lastStepAt(policy, state));
  switch (input.kind) {
    case "vote":
      return castVote(policy, state, input, at);
    case "override":
      return override(policy, state, input, at);
    case "cancel":
      return closedRefusal(policy, state, at) ?? accept(end(state, "cancelled", at));
    case "tick":
      return accept(tick(policy, state, at));
    case "consume":
      return consume(state, input, at);
  }
}

/** With any time up to this one, from the time of its change on, the input has the same result. */
export function sameUntil(policy: Policy, before: Confirmation, input: Input, { state, at }: Change): number {
  if (input.kind === "consume") {
    const window = before.executeWithinMilliseconds;
    return window === null ? Number.POSITIVE_INFINITY : (before.decidedAt ?? 0) + window;
  }
  return state.status === "expired" ? Number.POSITIVE_INFINITY : Math.max(at, dueAt(policy, before) - 1);
}

function castVote(
  policy: Policy,
  state: Confirmation,
  { person, vote, stage }: Extract<Input, { kind: "vote" }>,
  now: number,
): Result<Change> {
  const closed = closedRefusal(policy, state, now);
  if (closed) return closed;
  if (hasVoted(state, person)) return ALREADY_SIGNED;
  const elapsed = now - state.createdAt;
  const open = openStage(policy, approvalsOf(state), elapsed);
  if (stage !== open)
    return refuse("stage_over", "another stage of this request is open now; load the page again");
  if (!whoMayVote(policy, open, elapsed, state.requester).has(person))
    return refuse("not_an_approver", "this person may not sign this request now");
  const voted = { ...state, votes: [...state.votes, { person, vote, stage, at: now, counts: true }] };
  if (isApproved(policy, voted, now)) return accept(end(voted, "approved", now));
  if (vote === "approve" && canBeApproved(policy, state) && !canBeApproved(policy, voted))
    return refuse("needed_later", "a later stage can't be met without you; let somebody else sign this one");
  if (isEndedByRejections(policy, approvalsOf(voted), rejectersOf(voted), state.requester))
    return accept(end(voted, "rejected", now));
  const next = openStage(policy, approvalsOf(voted), elapsed);
  if (next === open) return accept({ state: voted, effects: [], at: now });
  // This asks those of its escalations as well, so that no tick asks them a second time.
  const asked = [...whoMayVote(policy, next, elapsed, state.requester)];
  const opened = { ...voted, escalated: reachedEscalations(policy, elapsed) };
  return accept({ state: opened, effects: notifying(opened, asked), at: now });
}

/** Whether further approvals could still meet the policy: nobody counts in two stages. */
function canBeApproved(policy: Policy, state: Confirmation): boolean {
  return canStillBeMet(policy, approvalsOf(state), rejectersOf(state), state.requester);
}

/** Who has signed already is not asked again. */
function notifying(state: Confirmation, people: readonly string[]): readonly Effect[] {
  const asked = people.filter((person) => !hasVoted(state, person));
  return asked.length === 0 ? [] : [{ kind: "notify", people: asked }];
}

const ALREADY_SIGNED = refuse("already_signed", "this person has already signed this request");

function hasVoted({ votes }: Confirmation, person: string): boolean {
  return votes.some((vote) => vote.person === person);
}

function override(
  policy: Policy,
  state: Confirmation,
  { person, reason }: Extract<Input, { kind: "override" }>,
  now: number,
): Result<Change> {
  const closed = closedRefusal(policy, state, now);
  if (closed) return closed;
  if (!mayOverride(policy, person, state.requester)) {
    return refuse("break_glass_not_allowed", "the policy does not allow this person to decide alone");
  }
  if (hasVoted(state, person)) return ALREADY_SIGNED;
  if (reason.trim() === "") return refuse("reason_required", "an emergency approval needs a reason");
  return accept(end({ ...state, overriddenBy: person }, "approved", now, "break-glass"));
}

function tick(policy: Policy, state: Confirmation, now: number): Change {
  // Time does not change a committed outcome.
  if (state.status !== "pending") return { state, effects: [], at: now };
  // Once an escalation makes the given approvals enough, no other outcome is possible, however late the tick is.
  const at = Math.min(now, state.expiresAt - 1);
  if (isApproved(policy, state, at)) return end(state, "approved", at);
  if (now >= state.expiresAt) return end(state, "expired", now);
  const escalated = reachedEscalations(policy, now - state.createdAt);
  if (escalated === state.escalated) return { state, effects: [], at: now };
  const before = openAt(policy, state, escalatedAt(policy, state));
  const after = openAt(policy, state, now);
  // If it opens a stage, all of its people are asked; otherwise those whom it adds.
  const isOpened = before.stage !== after.stage;
  const asked = [...after.people].filter((person) => isOpened || !before.people.has(person));
  return { state: { ...state, escalated }, effects: notifying(state, asked), at: now };
}

/** The stage that is open at this time with the votes that there are, and who may vote in it. */
function openAt(policy: Policy, state: Confirmation, at: number) {
  const elapsed = at - state.createdAt;
  const stage = openStage(policy, approvalsOf(state), elapsed);
  return { stage, people: whoMayVote(policy, stage, elapsed, state.requester) };
}

/** When the last escalation that has notified its people was reached. */
function escalatedAt(policy: Policy, { createdAt, escalated }: Confirmation): number {
  return createdAt + (policy.escalations[escalated - 1]?.afterSeconds ?? 0) * 1_000;
}

function consume(
  state: Confirmation,
  { payloadHash }: Extract<Input, { kind: "consume" }>,
  now: number,
): Result<Change> {
  const status = visibleStatus(state);
  if (status !== "approved") {
    const next = status === "pending" ? "wait for the decision" : "request a new approval";
    return refuse("not_approved", `the request is ${status}, not approved; ${next}`);
  }
  if (state.consumedAt !== null)
    return refuse("already_consumed", "this approval has already been used; request a new approval");
  const window = state.executeWithinMilliseconds;
  if (window !== null && now > (state.decidedAt ?? 0) + window) {
    return refuse("execution_window_closed", "the time to use this approval is over; request a new approval");
  }
  if (payloadHash !== state.payloadHash) {
    return refuse(
      "argument_hash_mismatch",
      "this is not the payload that was approved; request an approval of this payload",
    );
  }
  return accept({
    state: { ...state, consumedAt: now },
    effects: [{ kind: "seal", record: "consumed" }],
    at: now,
  });
}

function end(state: Confirmation, status: Outcome, now: number, sealed: SealedOutcome = status): Change {
  return {
    state: { ...state, status, decidedAt: now },
    effects: [{ kind: "seal", record: sealed }],
    at: now,
  };
}

/** The refusal if the request can no longer be decided. A requester may read it, so it names only a visible outcome. */
function closedRefusal(
  policy: Policy,
  state: Confirmation,
  now: number,
): ReturnType<typeof refuse> | undefined {
  if (state.status === "expired") return refuse("expired", "the request has expired");
  const visible = visibleStatus(state);
  const outcome = visible === "pending" ? "decided" : visible;
  // If an escalation has made the given approvals enough, the next tick commits the outcome.
  const isDecided =
    state.status !== "pending" || isApproved(policy, state, Math.min(now, state.expiresAt - 1));
  if (isDecided) return refuse("already_decided", `the request was already ${outcome}`);
  if (now >= state.expiresAt) return refuse("expired", "the request has expired");
  return undefined;
}

function lastStepAt(policy: Policy, state: Confirmation): number {
  const { votes, decidedAt } = state;
  return Math.max(escalatedAt(policy, state), decidedAt ?? 0, ...votes.map(({ at }) => at));
}

function isApproved(policy: Policy, state: Confirmation, now: number): boolean {
  return isMet(policy, approvalsOf(state), now - state.createdAt);
}

/** The approvals that count. */
export function approvalsOf({ votes }: Pick<Confirmation, "votes">): Approvals {
  const counted = votes.filter(({ vote, counts }) => vote === "approve" && counts);
  return new Map(counted.map(({ person, stage }) => [person, stage]));
}

function rejectersOf({ votes }: Confirmation): ReadonlySet<string> {
  const counted = votes.filter(({ vote, counts }) => vote === "reject" && counts);
  return new Set(counted.map(({ person }) => person));
}
