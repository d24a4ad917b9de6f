import type { Policy } from "../../../src/core/policy/policy.ts";

// When a policy is met, written a second time and without the code under test: every way to seat the people is tried.

interface Place {
  readonly stage: number;
  readonly of: readonly string[];
}

/** By person, the stage of their approval. */
export type Approved = Readonly<Record<string, number>>;

/** The lists of places any of which meet this stage after this time. */
function waysOf(policy: Policy, stage: number, elapsedMs: number): readonly (readonly Place[])[] {
  const ways = [policy.stages[stage - 1]?.needs ?? []];
  for (const one of policy.escalations)
    if (one.stage === stage && elapsedMs / 1_000 >= one.afterSeconds) ways.push(one.needs);
  return ways.map((needs) =>
    needs.flatMap(({ count, of }) => Array.from({ length: count }, () => ({ stage, of }))),
  );
}

/** Whether each place gets somebody of its own. */
function canSeat(
  [place, ...others]: readonly Place[],
  isFree: (person: string, stage: number) => boolean,
): boolean {
  if (place === undefined) return true;
  return place.of.some(
    (person) =>
      isFree(person, place.stage) && canSeat(others, (each, stage) => each !== person && isFree(each, stage)),
  );
}

const stagesOf = ({ stages }: Policy) => stages.map((_stage, index) => index + 1);

function isStageMet(policy: Policy, stage: number, approved: Approved, elapsedMs: number): boolean {
  return waysOf(policy, stage, elapsedMs).some((places) =>
    canSeat(places, (each) => approved[each] === stage),
  );
}

/** The first stage that is not met, or one more than there are. */
export function naiveOpenStage(policy: Policy, approved: Approved, elapsedMs: number): number {
  const open = stagesOf(policy).find((stage) => !isStageMet(policy, stage, approved, elapsedMs));
  return open ?? policy.stages.length + 1;
}

export function isNaivelyMet(policy: Policy, approved: Approved, elapsedMs: number): boolean {
  return naiveOpenStage(policy, approved, elapsedMs) > policy.stages.length;
}

/** Who is asked in this stage after this time. */
export function askedIn(
  policy: Policy,
  stage: number,
  elapsedMs: number,
  requester: string | null,
): readonly string[] {
  const all = waysOf(policy, stage, elapsedMs).flatMap((places) => places.flatMap(({ of }) => of));
  return [...new Set(all)].filter((person) => !(policy.excludeRequester && person === requester));
}

/** Whether the rejections end the request. */
export function doRejectionsEnd(
  policy: Policy,
  approved: Approved,
  rejecters: readonly string[],
  requester: string | null,
): boolean {
  if (rejecters.length === 0) return false;
  return policy.rejection === "first" || !canNaivelyBeMet(policy, approved, rejecters, requester);
}

/** Whether approvals of others could complete these, now or after an escalation. */
export function canNaivelyBeMet(
  policy: Policy,
  approved: Approved,
  rejecters: readonly string[],
  requester: string | null,
): boolean {
  const isFree = (person: string, stage: number) =>
    !rejecters.includes(person) &&
    !(policy.excludeRequester && person === requester) &&
    (approved[person] === undefined || approved[person] === stage);
  const choose = (stages: readonly number[], places: readonly Place[]): boolean => {
    const [stage, ...others] = stages;
    if (stage === undefined) return canSeat(places, isFree);
    return waysOf(policy, stage, Number.POSITIVE_INFINITY).some((way) => choose(others, [...places, ...way]));
  };
  return choose(stagesOf(policy), []);
}
