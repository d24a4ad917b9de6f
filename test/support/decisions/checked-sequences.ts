import fc from "fast-check";
import { expect } from "vitest";
import {
  decide,
  visibleStatus,
  type Change,
  type Confirmation,
  type Input,
} from "../../../src/core/confirmation/decision.ts";
import { parsePolicy, type Policy } from "../../../src/core/policy/policy.ts";
import { confirmation, HASH, MINUTE, policy, T0 } from "../confirmation-state.ts";
import { approvedIn, expectedOf, stepTime, type Expected } from "./model.ts";
import { askedIn, isNaivelyMet, naiveOpenStage } from "./naive-policy.ts";

// Random policies and random sequences of inputs, each step against the naive model, and what holds of whole sequences.

const NAMES = ["ana", "bo", "cy", "dan", "eve"] as const;
const name = fc.constantFrom(...NAMES);
/** Some are the time at which the request expires, and after it. */
const TIMES = [60, 300, 600, 899, 900, 1_000];

const need = fc.record({
  name: fc.constant(""),
  count: fc.constantFrom(1, 1, 1, 2, 3),
  of: fc.uniqueArray(name, { minLength: 1 }),
});
const needs = fc.array(need, { minLength: 1, maxLength: 2 });
const stage = fc.record({ name: fc.constant(""), needs });
const escalation = fc.record({
  afterSeconds: fc.constantFrom(...TIMES),
  stage: fc.integer({ min: 1, max: 3 }),
  needs,
});
const someFields = {
  stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
  escalations: fc.array(escalation, { maxLength: 3 }),
  excludeRequester: fc.boolean(),
  rejection: fc.constantFrom("first" as const, "impossible" as const),
  breakGlass: fc.constantFrom([], ["dan"], ["ana", "dan"]),
};
const somePolicy = fc
  .record(someFields)
  .map(({ escalations, ...more }): Policy => {
    const ordered = escalations
      .map((one) => ({ ...one, stage: Math.min(one.stage, more.stages.length) }))
      .toSorted((one, other) => one.afterSeconds - other.afterSeconds || one.stage - other.stage);
    return policy({ ...more, escalations: ordered });
  })
  .filter((each) => parsePolicy(each).ok);

/** `ahead` stages after the open one. */
type SomeInput =
  | Exclude<Input, { kind: "vote" }>
  | {
      readonly kind: "vote";
      readonly person: string;
      readonly vote: "approve" | "reject";
      readonly ahead: number;
    }
  | { readonly kind: "seal" }
  | { readonly kind: "revoke"; readonly person: string };

const someVote = fc.record({
  kind: fc.constant("vote" as const),
  person: name,
  vote: fc.constantFrom("approve" as const, "approve" as const, "approve" as const, "reject" as const),
  ahead: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1),
});
const someInput: fc.Arbitrary<SomeInput> = fc.oneof(
  { weight: 20, arbitrary: someVote },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("override" as const),
      person: name,
      reason: fc.constantFrom("", "fire"),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ kind: "tick" as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("consume" as const),
      payloadHash: fc.constantFrom(HASH, HASH, "bb".repeat(32)),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: "seal" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("revoke" as const), person: name }) },
  { weight: 1, arbitrary: fc.constant({ kind: "cancel" as const }) },
);
interface Step {
  readonly input: SomeInput;
  readonly pause: number;
  /** The clock of one of two servers is two seconds behind. */
  readonly behind: number;
}
const someStep: fc.Arbitrary<Step> = fc.record({
  input: someInput,
  pause: fc.constantFrom(0, 1_000, MINUTE, MINUTE, 2 * MINUTE, 10 * MINUTE),
  behind: fc.constantFrom(0, 0, 2_000),
});

/** How often each thing happened, so that a test can see that it tried them all. */
export type Seen = Map<string, number>;

export function checkSequences(runs: number): Seen {
  const seen: Seen = new Map();
  const requester = fc.constantFrom(null, "ana", "bo");
  const steps = fc.array(someStep, { minLength: 4, maxLength: 20, size: "max" });
  const property = fc.property(somePolicy, requester, steps, (rules, who, sequence) => {
    new Sequence(rules, who, seen).run(sequence);
  });
  fc.assert(property, { numRuns: runs });
  return seen;
}

class Sequence {
  readonly #rules: Policy;
  readonly #seen: Seen;
  /** By person and stage. */
  readonly #asked: Set<string>;
  #state: Confirmation;
  #now = T0;
  /** Whether a vote stopped counting, which can open an earlier stage again. */
  #revoked = false;
  readonly #seals: string[] = [];

  constructor(rules: Policy, requester: string | null, seen: Seen) {
    this.#rules = rules;
    this.#seen = seen;
    const window = requester === null ? null : 5 * MINUTE;
    this.#state = confirmation({ requester, executeWithinMilliseconds: window });
    this.#asked = new Set(askedIn(rules, 1, 0, requester).map((person) => `${person} 1`));
  }

  run(steps: readonly Step[]): void {
    for (const { input, pause, behind } of steps) {
      this.#now += pause;
      if (input.kind === "seal") this.#state = { ...this.#state, sealed: this.#state.status !== "pending" };
      else if (input.kind === "revoke") this.#revoke(input.person);
      else this.#step(input, Math.max(T0, this.#now - behind));
    }
    const { status, consumedAt, sealed } = this.#state;
    expect(this.#seals.length).toBe((status === "pending" ? 0 : 1) + (consumedAt === null ? 0 : 1));
    if (!sealed) expect(["pending", "expired", "cancelled"]).toContain(visibleStatus(this.#state));
  }

  #revoke(person: string): void {
    const votes = this.#state.votes.map((one) => (one.person === person ? { ...one, counts: false } : one));
    this.#revoked ||= this.#state.votes.some((one) => one.person === person);
    this.#state = { ...this.#state, votes };
  }

  #step(some: Exclude<SomeInput, { kind: "seal" | "revoke" }>, now: number): void {
    const before = this.#state;
    const at = stepTime(this.#rules, before, now);
    const open = naiveOpenStage(this.#rules, approvedIn(before), at - before.createdAt);
    const input: Input = some.kind === "vote" ? { ...some, stage: Math.max(1, open + some.ahead) } : some;
    const copy = JSON.stringify(before);
    const result = decide(this.#rules, before, input, now);
    expect(JSON.stringify(before)).toBe(copy);
    const expected = expectedOf(this.#rules, before, input, now);
    expect(saidOf(result)).toEqual(expected);
    this.#count(`${input.kind}: ${typeof expected === "string" ? expected : (expected.sealed ?? "pending")}`);
    if (!result.ok) return;
    expect(result.value.at).toBe(dateOf(before, result.value.state, at));
    this.#state = result.value.state;
    this.#seals.push(...result.value.effects.flatMap((one) => (one.kind === "seal" ? [one.record] : [])));
    if (this.#state.status === "pending") this.#checkAsked(input, result.value);
    if (this.#state.status === "approved" && before.status === "pending") this.#checkApproved(result.value);
  }

  /** Nobody is asked who has signed or may not sign, nobody is asked twice, and in the end everybody is. */
  #checkAsked(input: Input, { effects, at }: Change): void {
    const { votes, createdAt, requester } = this.#state;
    const elapsed = at - createdAt;
    const open = naiveOpenStage(this.#rules, approvedIn(this.#state), elapsed);
    const mayVote = askedIn(this.#rules, open, elapsed, requester);
    const waiting = mayVote.filter((person) => !votes.some((one) => one.person === person));
    const asked = effects.flatMap((one) => (one.kind === "notify" ? one.people : []));
    expect(asked.filter((person) => !waiting.includes(person))).toEqual([]);
    expect(new Set(asked).size).toBe(asked.length);
    if (open > 1 && asked.length > 0) this.#count(`${input.kind}: asks people of a later stage`);
    if (this.#revoked) return;
    for (const person of asked) {
      const key = `${person} ${open}`;
      expect([key, this.#asked.has(key)]).toEqual([key, false]);
      this.#asked.add(key);
    }
    if (input.kind === "tick")
      expect(waiting.filter((person) => !this.#asked.has(`${person} ${open}`))).toEqual([]);
  }

  #checkApproved({ at }: Change): void {
    const { votes, createdAt, overriddenBy, requester, expiresAt, decidedAt } = this.#state;
    expect(decidedAt).toBeLessThan(expiresAt);
    expect(new Set(votes.map(({ person }) => person)).size).toBe(votes.length);
    if (overriddenBy !== null) return expect(this.#rules.breakGlass).toContain(overriddenBy);
    const approved = approvedIn(this.#state);
    const { excludeRequester, minimum, stages } = this.#rules;
    if (excludeRequester && requester !== null) expect(Object.keys(approved)).not.toContain(requester);
    expect(isNaivelyMet(this.#rules, approved, at - createdAt)).toBe(true);
    expect(Object.keys(approved).length).toBeGreaterThanOrEqual(Math.max(minimum, stages.length));
  }

  #count(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
  }
}

function saidOf(result: ReturnType<typeof decide>): Expected {
  if (!result.ok) return result.refusal.code;
  const { state, effects } = result.value;
  const seals = effects.flatMap((one) => (one.kind === "seal" ? [one.record] : []));
  return {
    status: state.status,
    sealed: seals.length === 0 ? null : seals.join(" "),
    votes: state.votes.length,
  };
}

/** What is approved by time alone is dated before the expiry, however late it is noticed. */
function dateOf(before: Confirmation, after: Confirmation, at: number): number {
  const isApproved = before.status === "pending" && after.status === "approved";
  return isApproved ? Math.min(at, before.expiresAt - 1) : at;
}
