import { canBeMetWithout, isMet, peopleOf, requirementsAfter, whoMayVote, type Policy } from "./policy.ts";
import { accept, refuse, type Result } from "../refusal.ts";

// The life cycle of a confirmation as one pure function. It checks for every refusal before it changes
// anything. Effects (seal, notify, wake, webhook) are returned as data and stored in the same
// transaction as the state.

export type Status = "pending" | Outcome;
type Outcome = "approved" | "rejected" | "expired" | "cancelled";
/** The outcome in the log, which keeps emergency approvals distinct. */
export type SealedOutcome = Outcome | "break-glass";

export interface Vote {
  readonly person: string;
  readonly vote: "approve" | "reject";
  readonly at: number;
  /** False once the passkey that signed it is revoked. Such a vote is not in the record, so it has no effect. */
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
  | { readonly kind: "vote"; readonly person: string; readonly vote: "approve" | "reject" }
  | { readonly kind: "override"; readonly person: string; readonly reason: string }
  | { readonly kind: "cancel" }
  | { readonly kind: "tick" }
  | { readonly kind: "consume"; readonly payloadHash: string };

type Effect =
  | {
      readonly kind: "notify";
      readonly people: readonly string[];
      readonly about: "asked" | "escalated" | "break-glass";
    }
  | { readonly kind: "seal"; readonly record: SealedOutcome | "consumed" }
  | { readonly kind: "webhook"; readonly event: SealedOutcome | "consumed" }
  | { readonly kind: "wakeAt"; readonly at: number };

export interface Change {
  readonly state: Confirmation;
  readonly effects: readonly Effect[];
}

/** What the requester may see: a signed outcome reads `pending` until it is in the log. */
export function visibleStatus(state: Confirmation): Status {
  const signed = state.status === "approved" || state.status === "rejected";
  return signed && !state.sealed ? "pending" : state.status;
}

/** The effects of a new request. */
export function initialEffects(policy: Policy, state: Confirmation): readonly Effect[] {
  const people = whoMayVote(policy, 0, state.requester);
  return [{ kind: "notify", people: [...people], about: "asked" }, nextWakeUp(policy, state)];
}

export function decide(policy: Policy, state: Confirmation, input: Input, now: number): Result<Change> {
  switch (input.kind) {
    case "vote":
      return castVote(policy, state, input, now);
    case "override":
      return override(policy, state, input, now);
    case "cancel":
      return closedRefusal(state, now) ?? accept(end(state, "cancelled", now));
    case "tick":
      return accept(tick(policy, state, now));
    case "consume":
      return consume(state, input, now);
  }
}

function castVote(
  policy: Policy,
  state: Confirmation,
  { person, vote }: Extract<Input, { kind: "vote" }>,
  now: number,
): Result<Change> {
  const closed = closedRefusal(state, now);
  if (closed) return closed;
  if (!whoMayVote(policy, now - state.createdAt, state.requester).has(person)) {
    return refuse("not_an_approver", "this person may not sign this request now");
  }
  if (state.votes.some((earlier) => earlier.person === person)) {
    return refuse("already_signed", "this person has already signed this request");
  }
  const votes = [...state.votes, { person, vote, at: now, counts: true }];
  const voted = { ...state, votes };
  const ended = vote === "reject" ? isEndedByRejections(policy, voted) : isApproved(policy, voted, now);
  const outcome = vote === "reject" ? "rejected" : "approved";
  return accept(ended ? end(voted, outcome, now) : { state: voted, effects: [] });
}

function override(
  policy: Policy,
  state: Confirmation,
  { person, reason }: Extract<Input, { kind: "override" }>,
  now: number,
): Result<Change> {
  const closed = closedRefusal(state, now);
  if (closed) return closed;
  if (!policy.breakGlass.includes(person) || (policy.excludeRequester && person === state.requester)) {
    return refuse("break_glass_not_allowed", "the policy does not allow this person to decide alone");
  }
  if (reason.trim() === "") return refuse("reason_required", "an emergency approval needs a reason");
  const ended = end({ ...state, overriddenBy: person }, "approved", now, "break-glass");
  const everyone = whoMayVote(policy, Number.POSITIVE_INFINITY, state.requester);
  const alarm: Effect = { kind: "notify", people: [...everyone], about: "break-glass" };
  return accept({ state: ended.state, effects: [...ended.effects, alarm] });
}

function tick(policy: Policy, state: Confirmation, now: number): Change {
  // Time does not change a committed outcome.
  if (state.status !== "pending") return { state, effects: [] };
  if (now >= state.expiresAt) return end(state, "expired", now);
  const reached = requirementsAfter(policy, now - state.createdAt);
  const notified = peopleOf(reached.slice(0, state.escalated + 1));
  const escalated = { ...state, escalated: reached.length - 1 };
  if (escalated.escalated === state.escalated) return { state, effects: [nextWakeUp(policy, state)] };
  const people = [...whoMayVote(policy, now - state.createdAt, state.requester)].filter(
    (person) => !notified.has(person),
  );
  return {
    state: escalated,
    effects: [{ kind: "notify", people, about: "escalated" }, nextWakeUp(policy, escalated)],
  };
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
    effects: [
      { kind: "seal", record: "consumed" },
      { kind: "webhook", event: "consumed" },
    ],
  });
}

function end(state: Confirmation, status: Outcome, now: number, sealed: SealedOutcome = status): Change {
  return {
    state: { ...state, status, decidedAt: now },
    effects: [
      { kind: "seal", record: sealed },
      { kind: "webhook", event: sealed },
    ],
  };
}

/** The refusal if the request can no longer be decided. A requester may read it, so it names only a visible outcome. */
function closedRefusal(state: Confirmation, now: number): ReturnType<typeof refuse> | undefined {
  if (state.status === "expired") return refuse("expired", "the request has expired");
  const visible = visibleStatus(state);
  const outcome = visible === "pending" ? "decided" : visible;
  if (state.status !== "pending") return refuse("already_decided", `the request was already ${outcome}`);
  if (now >= state.expiresAt) return refuse("expired", "the request has expired");
  return undefined;
}

function isApproved(policy: Policy, state: Confirmation, now: number): boolean {
  return isMet(policy, countedVoters(state, "approve"), now - state.createdAt);
}

/** Asked when somebody has rejected. A person whose vote does not count has not rejected. */
function isEndedByRejections(policy: Policy, state: Confirmation): boolean {
  const rejecters = countedVoters(state, "reject");
  return policy.rejection === "first" || !canBeMetWithout(policy, rejecters, state.requester);
}

function countedVoters({ votes }: Confirmation, vote: Vote["vote"]): ReadonlySet<string> {
  const counted = votes.filter((one) => one.vote === vote && one.counts);
  return new Set(counted.map(({ person }) => person));
}

function nextWakeUp(policy: Policy, state: Confirmation): Effect {
  const next = policy.escalations[state.escalated];
  const escalation = next === undefined ? state.expiresAt : state.createdAt + next.afterSeconds * 1_000;
  return { kind: "wakeAt", at: Math.min(state.expiresAt, escalation) };
}
