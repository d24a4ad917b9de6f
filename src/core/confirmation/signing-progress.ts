import { missingText, openNeeds, seatNames, type Signed } from "../policy/open-places.ts";
import { openStage, progressOf, waysOf, whoMayVote, type Policy, type Progress } from "../policy/policy.ts";
import { listed, numberText, type Usernames } from "../policy/policy-sentence.ts";
import { missingPlaces } from "../policy/seats.ts";
import { approvalsOf, visibleStatus, type Confirmation } from "./decision.ts";

// How far the signatures of a request are, for the program that asked. An outcome that is not in the log yet shows as
// little as it must: that people have decided, and not how.

export interface SigningProgress {
  /** The ids of those who are asked now. */
  readonly asked: readonly string[];
  readonly progress: Progress;
  /** From 1. */
  readonly stage: { readonly number: number; readonly of: number };
  /** What a pending request waits for; null once it has its outcome. */
  readonly waitingFor: "people" | "log" | null;
  /** Who has signed and who is missing; empty once nobody is. */
  readonly text: string;
}

/** `isUnderPolicy`: without one, nothing may show that its one signature is there. */
export function signingProgress(
  policy: Policy,
  state: Confirmation,
  isUnderPolicy: boolean,
  { usernames, now }: { readonly usernames: Usernames; readonly now: number },
): SigningProgress {
  const isPending = visibleStatus(state) === "pending";
  const isHidden = isPending && state.status !== "pending";
  const signed: Signed = {
    approvals: isHidden && !isUnderPolicy ? new Map() : approvalsOf(state),
    rejecters: new Set(
      (isHidden ? [] : state.votes)
        .filter(({ vote, counts }) => counts && vote === "reject")
        .map(({ person }) => person),
    ),
    requester: state.requester,
    elapsedMilliseconds: (isHidden ? now : (state.decidedAt ?? now)) - state.createdAt,
  };
  const { approvals, elapsedMilliseconds: elapsed } = signed;
  const of = policy.stages.length;
  const number = Math.min(openStage(policy, approvals, elapsed), of);
  const { have, need } = progressOf(policy, approvals, elapsed);
  if (isHidden && isUnderPolicy) {
    const progress = { have: Math.min(have, need - 1), need };
    const text = "People have decided, and the outcome is being written to the log.";
    return { asked: [], progress, stage: { number, of }, waitingFor: "log", text };
  }
  const asked = isPending ? askedIn(policy, number, signed) : [];
  return {
    asked,
    progress: { have, need },
    stage: { number, of },
    waitingFor: isPending ? "people" : null,
    text: isPending
      ? `${have} of ${need} ${need === 1 ? "signature" : "signatures"}: ${progressText(policy, signed, usernames)} until ${timeText(state.expiresAt, now)}.`
      : "",
  };
}

/** The same of a new request for one person. */
export function firstSignatureText(username: string, expiresAt: number, now: number): string {
  return `0 of 1 signature: ${username} is asked until ${timeText(expiresAt, now)}.`;
}

/** Those whose signature would fill a place of the open stage. */
function askedIn(policy: Policy, stage: number, signed: Signed): readonly string[] {
  const { approvals, rejecters, requester, elapsedMilliseconds: elapsed } = signed;
  const people = new Set([...approvals].flatMap(([person, of]) => (of === stage ? [person] : [])));
  const ways = waysOf(policy, stage, elapsed).map((way) => ({ way, missing: missingPlaces(way, people) }));
  return [...whoMayVote(policy, stage, elapsed, requester)].filter(
    (person) =>
      !approvals.has(person) &&
      !rejecters.has(person) &&
      ways.some(({ way, missing }) => missingPlaces(way, new Set([...people, person])) < missing),
  );
}

/** Such as "finance has signed, one of security (yan or zoe) is asked". */
function progressText(policy: Policy, signed: Signed, usernames: Usernames): string {
  const seats = seatNames(policy, signed);
  const names = [...signed.approvals.keys()].map(
    (person) => seats.get(person) || (usernames.get(person) ?? person),
  );
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const who = [...counts].map(([name, count]) => (count > 1 ? `${numberText(count)} of ${name}` : name));
  const needs = openNeeds(policy, signed);
  const areMany = needs.reduce((sum, { count }) => sum + count, 0) > 1;
  const asked = `${missingText(needs, usernames)} ${areMany ? "are" : "is"} asked`;
  return names.length === 0
    ? asked
    : `${listed(who, "and")} ${names.length > 1 ? "have" : "has"} signed, ${asked}`;
}

/** "14:05 UTC", with the date if it is not today. */
function timeText(at: number, now: number): string {
  const [date = "", time = ""] = new Date(at).toISOString().split("T");
  const isToday = new Date(now).toISOString().startsWith(date);
  return `${isToday ? "" : `${date} `}${time.slice(0, 5)} UTC`;
}
