import { EXPIRES_MS, type Asked, type Cell, type Vote } from "./outcome-cells.ts";

// The table of what a sealed outcome may claim, stated a second time and without the code under test. Requirements are
// only "so many of these people", so that counting is enough.

/** The checks that must fail for this cell, in the order of a receipt's checks. */
export function expectedFailures(cell: Cell): string {
  const facts = factsOf(cell);
  const broken = [...PEOPLE_RULES, ...OUTCOME_RULES.filter(({ outcome }) => outcome === cell.outcome)].filter(
    ({ holds }) => !holds(facts),
  );
  return ["policy", "outcome"].filter((check) => broken.some((rule) => rule.check === check)).join(" ");
}

interface Facts {
  readonly isExpired: boolean;
  /** No policy: one person decides. */
  readonly isSingle: boolean;
  readonly votes: readonly Vote[];
  readonly mayVote: readonly string[];
  readonly mayOverride: readonly string[];
  readonly emergencies: number;
  readonly isMet: boolean;
  readonly endsByRejection: boolean;
}

interface Rule {
  readonly check: "policy" | "outcome";
  readonly holds: (facts: Facts) => boolean;
}

const PEOPLE_RULES: readonly Rule[] = [
  {
    check: "policy",
    holds: ({ votes, mayVote }) =>
      votes.every(({ vote, by }) => vote === "break-glass" || mayVote.includes(by)),
  },
  {
    check: "policy",
    holds: ({ votes, mayOverride }) =>
      votes.every(({ vote, by }) => vote !== "break-glass" || mayOverride.includes(by)),
  },
  {
    check: "policy",
    holds: ({ votes }) => votes.every(({ vote, reason }) => vote !== "break-glass" || /\S/.test(reason)),
  },
  {
    check: "outcome",
    holds: ({ votes }) => votes.every((vote, index) => votes.findIndex(({ by }) => by === vote.by) === index),
  },
  { check: "outcome", holds: ({ isSingle, votes }) => !isSingle || votes.length <= 1 },
];

const OUTCOME_RULES: readonly (Rule & { readonly outcome: Cell["outcome"] })[] = [
  //           outcome       expired, emergencies, a rejection ends it, met (null: either)
  outcomeRule("approved", false, 0, false, true),
  outcomeRule("rejected", false, 0, true, false),
  outcomeRule("break-glass", false, 1, false, false),
  outcomeRule("expired", true, 0, false, false),
  outcomeRule("cancelled", false, 0, false, false),
];

function outcomeRule(
  outcome: Cell["outcome"],
  isExpired: boolean,
  emergencies: number,
  endsByRejection: boolean,
  isMet: boolean | null,
) {
  const holds = (facts: Facts) =>
    facts.isExpired === isExpired &&
    facts.emergencies === emergencies &&
    facts.endsByRejection === endsByRejection &&
    (isMet === null || facts.isMet === isMet);
  return { check: "outcome" as const, outcome, holds };
}

function factsOf({ votes, rules, requester, elapsedMs }: Cell): Facts {
  const by = (kind: Vote["vote"]) => votes.filter(({ vote }) => vote === kind).map((vote) => vote.by);
  // Without a policy the one person asked is the one who signed.
  const asked: readonly Asked[] = rules?.asked ?? [{ afterMs: 0, need: 1, of: [votes[0]?.by ?? ""] }];
  // A request lasts for so long; what would come after it never does.
  const lasted = Math.min(elapsedMs, EXPIRES_MS - 1);
  const reached = asked.filter(({ afterMs }) => lasted >= afterMs);
  const isExcluded = (person: string) => rules?.excludeRequester === true && person === requester;
  const enough = (people: readonly string[], some: readonly Asked[]) =>
    some.some(({ need, of }) => of.filter((person) => people.includes(person)).length >= need);
  const rejecters = by("reject");
  const others = asked
    .flatMap(({ of }) => of)
    .filter((person) => !isExcluded(person) && !rejecters.includes(person));
  return {
    isExpired: elapsedMs >= EXPIRES_MS,
    isSingle: rules === null,
    votes,
    mayVote: reached.flatMap(({ of }) => of).filter((person) => !isExcluded(person)),
    mayOverride: (rules?.breakGlass ?? []).filter((person) => !isExcluded(person)),
    emergencies: by("break-glass").length,
    isMet: enough(by("approve"), reached),
    endsByRejection:
      rejecters.length > 0 && ((rules?.rejection ?? "first") === "first" || !enough(others, asked)),
  };
}
