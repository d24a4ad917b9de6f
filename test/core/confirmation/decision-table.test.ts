import { expect, it } from "vitest";
import {
  decide,
  type Confirmation,
  type Input,
  type SealedOutcome,
  type Vote,
} from "../../../src/core/confirmation/decision.ts";
import { parsePolicy, type Policy, type Requirement } from "../../../src/core/policy/policy.ts";
import { confirmation, MINUTE, policy, T0 } from "../../support/confirmation-state.ts";

// What the machine may make of a request, against the table of rules in web/docs/formats.md. The table is written here a
// second time, in its own words, and shares no code with the machine.

const RUNS = 3_000;
const SEED = 15;
const PEOPLE = ["ana", "bo", "cy", "dan"];

/** What a record of this outcome would claim. */
interface Claim {
  readonly outcome: SealedOutcome;
  readonly at: number;
  readonly signers: readonly { person: string; vote: Vote["vote"] | "break-glass"; issued: number }[];
}

function brokenRule(
  rules: Policy,
  request: Confirmation,
  { outcome, at, signers }: Claim,
): string | undefined {
  const { createdAt: created, expiresAt: expires, requester } = request;
  const barred = rules.excludeRequester ? requester : null;
  const reached = [rules.require];
  // An escalation that would come at the expiry or later never comes.
  for (const { afterSeconds, require } of rules.escalations)
    if ((Math.min(at, expires - 1) - created) / 1_000 >= afterSeconds) reached.push(require);
  const named = reached.flatMap(seats).filter((person) => person !== barred);
  const who = (vote: string) => signers.filter((one) => one.vote === vote).map(({ person }) => person);
  const [approvers, rejecters, emergencies] = [who("approve"), who("reject"), who("break-glass")];

  const all = [rules.require, ...rules.escalations.map(({ require }) => require)];
  const remaining = all.flatMap(seats).filter((person) => person !== barred && !rejecters.includes(person));
  const possible = all.some((tree) => holds(tree, remaining));
  const ends = rejecters.length > 0 && (rules.rejection === "first" || !possible);
  const met = reached.some((tree) => holds(tree, approvers));

  if (signers.some(({ issued }) => issued > at || issued >= expires)) return "issued in its time";
  if (outcome === "expired" ? at < expires : at >= expires) return "in its time";
  if (new Set(signers.map(({ person }) => person)).size < signers.length) return "nobody twice";
  if ([...approvers, ...rejecters].some((person) => !named.includes(person))) return "only who is named";
  if (emergencies.some((person) => !rules.breakGlass.includes(person) || person === barred))
    return "only who may override";
  if (outcome === "break-glass" ? emergencies.length !== 1 : emergencies.length > 0) return "emergencies";
  if (outcome === "rejected" ? !ends : ends) return "rejections";
  if (outcome === "approved" ? !met : met) return "approvals";
  return undefined;
}

function seats(tree: Requirement): string[] {
  return tree.kind === "person" ? [tree.person] : tree.of.flatMap(seats);
}

/** Whether some choice of one seat for each of these people meets the tree. */
function holds(tree: Requirement, people: readonly string[]): boolean {
  const all = seats(tree);
  const choose = (left: readonly string[], taken: ReadonlySet<number>): boolean => {
    const [person, ...others] = left;
    if (person === undefined) return count(tree, taken, { seat: 0 }) === 1;
    const free = all.flatMap((name, seat) => (name === person ? [seat] : []));
    return free.length === 0
      ? choose(others, taken)
      : free.some((seat) => choose(others, new Set([...taken, seat])));
  };
  return choose([...new Set(people)], new Set());
}

function count(tree: Requirement, taken: ReadonlySet<number>, next: { seat: number }): 0 | 1 {
  if (tree.kind === "person") return taken.has(next.seat++) ? 1 : 0;
  let held = 0;
  for (const branch of tree.of) held += count(branch, taken, next);
  return held >= tree.threshold ? 1 : 0;
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

function someTree(dice: Dice, depth: number): Requirement {
  if (depth === 0 || dice.chance(20)) return { kind: "person", person: dice.of(PEOPLE) };
  const of = Array.from({ length: 1 + dice.below(3) }, () => someTree(dice, depth - 1));
  return { kind: "quorum", name: "", threshold: 1 + dice.below(of.length), of };
}

function somePolicy(dice: Dice): Policy {
  const times = [[], [], [60], [300], [60, 300], [300, 840], [300, 900], [1_000]];
  const rules = policy({
    require: someTree(dice, 2),
    excludeRequester: dice.chance(40),
    rejection: dice.of(["first", "impossible"] as const),
    escalations: dice.of(times).map((afterSeconds) => ({ afterSeconds, require: someTree(dice, 2) })),
    breakGlass: dice.of([[], ["dan"], ["ana", "dan"]]),
  });
  return parsePolicy(rules).ok ? rules : somePolicy(dice);
}

function someInput(dice: Dice): Input {
  const person = dice.of(PEOPLE);
  const chosen = dice.below(100);
  if (chosen < 45) return { kind: "vote", person, vote: "approve" };
  if (chosen < 65) return { kind: "vote", person, vote: "reject" };
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
    const input = someInput(dice);
    // One of two servers has a clock that is two seconds behind.
    const shown = Math.max(T0, now - dice.of([0, 2_000]));
    const decided = decide(rules, state, input, shown);
    if (!decided.ok) continue;
    if ("person" in input) issued.set(input.person, shown);
    ({ state } = decided.value);
    const { at, effects } = decided.value;
    const [outcome] = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
    const counted = state.votes.filter(({ counts }) => counts);
    const votes: { person: string; vote: Vote["vote"] | "break-glass" }[] = [...counted];
    if (state.overriddenBy !== null) votes.push({ person: state.overriddenBy, vote: "break-glass" });
    const signers = votes.map(({ person, vote }) => ({ person, vote, issued: issued.get(person) ?? 0 }));
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
