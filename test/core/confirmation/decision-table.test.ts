import { expect, it } from "vitest";
import {
  decide,
  type Confirmation,
  type Input,
  type SealedOutcome,
  type Vote,
} from "../../../src/core/confirmation/decision.ts";
import { parsePolicy, type Policy } from "../../../src/core/policy/policy.ts";
import { confirmation, MINUTE, policy, T0 } from "../../support/confirmation-state.ts";
import { approvedIn } from "../../support/decisions/model.ts";
import {
  askedIn,
  doRejectionsEnd,
  isNaivelyMet,
  naiveOpenStage,
} from "../../support/decisions/naive-policy.ts";

// What the machine may make of a request, against the table of rules in web/docs/formats.md. The table is written here a
// second time, in its own words, and shares no code with the machine.

const RUNS = 3_000;
const SEED = 15;
const PEOPLE = ["ana", "bo", "cy", "dan"];

/** What a record of this outcome would claim. */
interface Claim {
  readonly outcome: SealedOutcome;
  readonly at: number;
  readonly signers: readonly Signer[];
}

interface Signer {
  readonly person: string;
  readonly vote: Vote["vote"] | "break-glass";
  readonly stage: number;
  readonly issued: number;
}

function brokenRule(
  rules: Policy,
  request: Confirmation,
  { outcome, at, signers }: Claim,
): string | undefined {
  const { createdAt: created, expiresAt: expires, requester } = request;
  const barred = rules.excludeRequester ? requester : null;
  // An escalation that would come at the expiry or later never comes.
  const lasted = Math.min(at, expires - 1) - created;
  const who = (vote: string) => signers.filter((one) => one.vote === vote).map(({ person }) => person);
  const [rejecters, emergencies] = [who("reject"), who("break-glass")];
  const approved = Object.fromEntries(
    signers.flatMap(({ vote, person, stage }) => (vote === "approve" ? [[person, stage]] : [])),
  );
  const isAsked = ({ person, stage, vote }: (typeof signers)[number]) =>
    vote === "break-glass" || askedIn(rules, stage, lasted, requester).includes(person);
  const ends = doRejectionsEnd(rules, approved, rejecters, requester);
  const met = isNaivelyMet(rules, approved, lasted);

  if (signers.some(({ issued }) => issued > at || issued >= expires)) return "issued in its time";
  if (outcome === "expired" ? at < expires : at >= expires) return "in its time";
  if (new Set(signers.map(({ person }) => person)).size < signers.length) return "nobody twice";
  if (!signers.every(isAsked)) return "only who is asked";
  if (emergencies.some((person) => !rules.breakGlass.includes(person) || person === barred))
    return "only who may override";
  if (outcome === "break-glass" ? emergencies.length !== 1 : emergencies.length > 0) return "emergencies";
  if (outcome === "rejected" ? !ends : ends) return "rejections";
  if (outcome === "approved" ? !met : met) return "approvals";
  return undefined;
}

/** Random choices that are the same in each run of the test. */
class Dice {
  #state = SEED;
  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }
  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to choose from");
    return item;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

function someNeeds(dice: Dice): Policy["escalations"][number]["needs"] {
  return Array.from({ length: 1 + dice.below(2) }, () => {
    const of = PEOPLE.filter(() => dice.chance(60));
    return { name: "", count: 1 + dice.below(2), of: of.length > 0 ? of : [dice.of(PEOPLE)] };
  });
}

function somePolicy(dice: Dice): Policy {
  const times = [[], [], [60], [300], [60, 300], [300, 840], [300, 900], [1_000]];
  const stages = Array.from({ length: 1 + dice.below(3) }, () => ({ name: "", needs: someNeeds(dice) }));
  const rules = policy({
    stages,
    excludeRequester: dice.chance(40),
    rejection: dice.of(["first", "impossible"] as const),
    escalations: dice.of(times).map((afterSeconds) => ({
      afterSeconds,
      stage: 1 + dice.below(stages.length),
      needs: someNeeds(dice),
    })),
    breakGlass: dice.of([[], ["dan"], ["ana", "dan"]]),
  });
  return parsePolicy(rules).ok ? rules : somePolicy(dice);
}

function someInput(dice: Dice, open: number): Input {
  const person = dice.of(PEOPLE);
  const stage = dice.chance(90) ? open : 1 + dice.below(3);
  const chosen = dice.below(100);
  if (chosen < 45) return { kind: "vote", person, vote: "approve", stage };
  if (chosen < 65) return { kind: "vote", person, vote: "reject", stage };
  if (chosen < 72) return { kind: "override", person, reason: dice.of(["", " ", "fire"]) };
  return chosen < 75 ? { kind: "cancel" } : { kind: "tick" };
}

/** Votes by a passkey that was revoked do not count. */
function withoutVoteOf(state: Confirmation, person: string): Confirmation {
  const votes = state.votes.map((vote) => (vote.person === person ? { ...vote, counts: false } : vote));
  return { ...state, votes };
}

/** Takes a new request to its end by random inputs. Returns each state on the way, and what its record would claim. */
function* lifeOf(dice: Dice, rules: Policy) {
  const issued = new Map<string, number>();
  let state = confirmation({ requester: dice.of([null, ...PEOPLE]) });
  let now = T0;
  while (state.status === "pending") {
    now += dice.of([0, 1_000, MINUTE, 5 * MINUTE]);
    if (dice.chance(5)) state = withoutVoteOf(state, dice.of(PEOPLE));
    const open = naiveOpenStage(rules, approvedIn(state), now - T0);
    const input = someInput(dice, open);
    // One of two servers has a clock that is two seconds behind.
    const shown = Math.max(T0, now - dice.of([0, 2_000]));
    const decided = decide(rules, state, input, shown);
    if (!decided.ok) continue;
    if ("person" in input) issued.set(input.person, shown);
    ({ state } = decided.value);
    const { at, effects } = decided.value;
    const [outcome] = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
    const counted = state.votes.filter(({ counts }) => counts);
    const votes: Pick<Signer, "person" | "vote" | "stage">[] = [...counted];
    if (state.overriddenBy !== null)
      votes.push({ person: state.overriddenBy, vote: "break-glass", stage: open });
    const signers = votes.map(({ person, vote, stage }) => ({
      person,
      vote,
      stage,
      issued: issued.get(person) ?? 0,
    }));
    yield { input, state, outcome, claim: { at, signers } };
  }
}

it("ends every request as the table of rules allows, and as soon as it does", () => {
  const dice = new Dice();
  const ends: Record<string, number> = {};
  const wrong: unknown[] = [];
  for (let run = 0; run < RUNS; run++) {
    const rules = somePolicy(dice);
    for (const { input, state, outcome, claim } of lifeOf(dice, rules)) {
      const isAllowed = (other: SealedOutcome) =>
        brokenRule(rules, state, { ...claim, outcome: other }) === undefined;
      if (outcome === undefined) {
        const missed = (["approved", "rejected"] as const).filter(isAllowed);
        if (missed.length > 0) wrong.push({ missed, rules, state, claim });
      } else {
        const broken = brokenRule(rules, state, { ...claim, outcome: outcome as SealedOutcome });
        if (broken !== undefined) wrong.push({ broken, outcome, rules, state, claim });
        const end = `${outcome} by ${input.kind}`;
        ends[end] = (ends[end] ?? 0) + 1;
      }
    }
  }
  expect(wrong).toEqual([]);
  // Each way to end was tried often.
  expect(Object.keys(ends).toSorted()).toEqual([
    "approved by tick",
    "approved by vote",
    "break-glass by override",
    "cancelled by cancel",
    "expired by tick",
    "rejected by vote",
  ]);
  expect(Math.min(...Object.values(ends))).toBeGreaterThan(RUNS / 200);
});
