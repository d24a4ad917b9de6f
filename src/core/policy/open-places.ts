import { seatsIn, waysOf, whoMayVote, type Approvals, type Policy } from "./policy.ts";
import { listed, needText, numberText, type Usernames } from "./policy-sentence.ts";
import type { Need } from "./seats.ts";
import { stillNeeded } from "./still-needed.ts";

// How far the signatures of a request are: who fills which place, who can fill those that are left, and whose turn it is.

/** The signatures that a request has at one moment. */
export interface Signed {
  readonly approvals: Approvals;
  /** They have signed, and fill no place. */
  readonly rejecters: ReadonlySet<string>;
  readonly requester: string | null;
  readonly elapsedMilliseconds: number;
}

/** More names than this are not listed after the name of their group. */
const NAMES_MAX = 4;

/** What is left of a need, with those who can fill it. */
export interface OpenNeed extends Need {
  /** All whom the need names, also those who have signed. */
  readonly all: readonly string[];
}

/** What is left to fill in the open stage. */
export function openNeeds(policy: Policy, signed: Signed): readonly OpenNeed[] {
  const { approvals, rejecters, requester, elapsedMilliseconds } = signed;
  const isOut = (person: string) =>
    approvals.has(person) || rejecters.has(person) || (policy.excludeRequester && person === requester);
  return stillNeeded(policy, approvals, elapsedMilliseconds).map((need) => ({
    ...need,
    all: need.of,
    of: need.of.filter((person) => !isOut(person)),
  }));
}

/** Such as "one of security (yan or zoe)". */
export function missingText(needs: readonly OpenNeed[], usernames: Usernames): string {
  return needs.map((need) => missingNeedText(need, usernames)).join(" and ");
}

function missingNeedText({ name, count, of, all }: OpenNeed, usernames: Usernames): string {
  const namesOf = (people: readonly string[]) => people.map((person) => usernames.get(person) ?? person);
  const names = namesOf(of);
  const everyone = namesOf(all);
  const people = listed(names, count < names.length ? "or" : "and");
  const isPeopleOnly = name === "" || name.split(" or ").every((each) => everyone.includes(each));
  if (isPeopleOnly) return count < names.length ? `${numberText(count)} of ${people}` : people;
  const shown = names.length > 0 && names.length <= NAMES_MAX ? ` (${people})` : "";
  return `${numberText(count)} of ${name}${shown}`;
}

/** All needs of these stages, in words: "two of finance, then one of security". */
export function stagesText(policy: Policy, from: number, to: number, usernames: Usernames): string {
  const stages = policy.stages.slice(from - 1, to);
  return stages
    .map(({ needs }) => needs.map((need) => needText(need, usernames)).join(" and "))
    .join(", then ");
}

/** Whose place each approver fills, by the name of the need. Before a stage is met, only where it can be no other. */
export function seatNames(policy: Policy, { approvals, elapsedMilliseconds }: Signed): Usernames {
  const names = new Map<string, string>();
  for (const place of policy.stages.keys()) {
    const seats = seatsIn(policy, place + 1, approvals, elapsedMilliseconds);
    for (const [person, stage] of approvals) {
      if (stage !== place + 1) continue;
      const possible = new Set(
        waysOf(policy, stage, elapsedMilliseconds).flatMap((way) =>
          way.flatMap(({ name, of }) => (of.includes(person) ? [name] : [])),
        ),
      );
      const [only] = possible;
      const name = seats?.get(person)?.name ?? (possible.size === 1 ? only : undefined);
      if (name !== undefined) names.set(person, name);
    }
  }
  return names;
}

/** When the next escalation of this stage is reached, in seconds after the request; undefined if none is to come. */
export function nextEscalation(
  { escalations }: Policy,
  stage: number,
  elapsedMilliseconds: number,
): number | undefined {
  return escalations.find((each) => each.stage === stage && each.afterSeconds * 1_000 > elapsedMilliseconds)
    ?.afterSeconds;
}

export type Turn =
  | { readonly kind: "now" }
  /** Once the stages before this one are met. */
  | { readonly kind: "later"; readonly stage: number }
  /** Only if the others have not signed by then. */
  | { readonly kind: "escalation" }
  /** Others have filled the places of the stage. */
  | { readonly kind: "over" }
  /** The policy lets the person decide only in an emergency. */
  | { readonly kind: "emergency" };

/** When this person, who has not signed, may sign; `open` is the stage that is open. */
export function turnOf(policy: Policy, open: number, person: string, signed: Signed): Turn {
  const { requester, elapsedMilliseconds } = signed;
  const may = (stage: number, elapsed: number) => whoMayVote(policy, stage, elapsed, requester).has(person);
  if (may(open, elapsedMilliseconds)) return { kind: "now" };
  const stages = policy.stages.map((_, place) => place + 1);
  const stage = stages.find((one) => one > open && may(one, Number.POSITIVE_INFINITY));
  if (stage !== undefined) return { kind: "later", stage };
  if (may(open, Number.POSITIVE_INFINITY)) return { kind: "escalation" };
  const isNamed = stages.some((one) => may(one, Number.POSITIVE_INFINITY));
  return { kind: isNamed ? "over" : "emergency" };
}
