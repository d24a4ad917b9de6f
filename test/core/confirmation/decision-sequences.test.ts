import fc from "fast-check";
import { expect, it } from "vitest";
import {
  decide,
  visibleStatus,
  type Confirmation,
  type Input,
} from "../../../src/core/confirmation/decision.ts";
import { isSatisfied, requirementsAfter, type Policy } from "../../../src/core/policy/policy.ts";
import { anyOf, confirmation, HASH, MINUTE, person, policy, T0 } from "../../support/confirmation-state.ts";

/** Thousands of sequences take a second on an idle core, and more on a busy machine. */
const PROPERTY_MAX_MILLISECONDS = 30_000;

it("keeps its promises over random sequences of inputs", { timeout: PROPERTY_MAX_MILLISECONDS }, () => {
  const names = fc.constantFrom("ana", "bo", "cy", "dan");
  const anInput: fc.Arbitrary<Input | { kind: "seal" } | { kind: "revoke"; person: string }> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("vote" as const),
        person: names,
        vote: fc.constantFrom("approve" as const, "approve" as const, "reject" as const),
      }),
    },
    fc.record({ kind: fc.constant("override" as const), person: names, reason: fc.constantFrom("", "fire") }),
    fc.constant({ kind: "cancel" as const }),
    { weight: 2, arbitrary: fc.constant({ kind: "tick" as const }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("consume" as const),
        payloadHash: fc.constantFrom(HASH, "bb".repeat(32)),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: "seal" as const }) },
    fc.record({ kind: fc.constant("revoke" as const), person: names }),
  );
  const aPolicy = fc.record({
    require: fc.constantFrom(person("ana"), anyOf(2, "ana", "bo", "cy"), anyOf(3, "ana", "bo", "cy")),
    excludeRequester: fc.boolean(),
    rejection: fc.constantFrom("first" as const, "impossible" as const),
    escalations: fc.constantFrom([], [{ afterSeconds: 300, require: person("dan") }]),
    breakGlass: fc.constantFrom([], ["dan"]),
  });
  const steps = fc.array(fc.tuple(anInput, fc.integer({ min: 0, max: 4 * MINUTE })), { maxLength: 14 });
  fc.assert(
    fc.property(aPolicy, fc.constantFrom(null, "ana", "bo"), steps, (some, requester, sequence) => {
      const rules = policy(some);
      let state = confirmation({ requester });
      let now = T0;
      const sealed: string[] = [];
      for (const [input, pause] of sequence) {
        now += pause;
        if (input.kind === "seal") state = { ...state, sealed: state.status !== "pending" };
        else if (input.kind === "revoke") {
          const votes = state.votes.map((one) =>
            one.person === input.person ? { ...one, counts: false } : one,
          );
          state = { ...state, votes };
        } else {
          const before = JSON.stringify(state);
          const result = decide(rules, state, input, now);
          expect(JSON.stringify(state)).toBe(before);
          if (!result.ok) continue;
          const next = result.value.state;
          sealed.push(
            ...result.value.effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : [])),
          );
          checkStep(rules, state, next, input, now);
          state = next;
        }
      }
      expect(sealed.length).toBe((state.status === "pending" ? 0 : 1) + (state.consumedAt === null ? 0 : 1));
      if (!state.sealed) expect(["pending", "expired", "cancelled"]).toContain(visibleStatus(state));
    }),
    { numRuns: 10_000 },
  );
});

function checkStep(
  rules: Policy,
  before: Confirmation,
  after: Confirmation,
  input: Input,
  now: number,
): void {
  if (before.status !== "pending") expect(after.status).toBe(before.status);
  if (before.consumedAt !== null) expect(after.consumedAt).toBe(before.consumedAt);
  if (after.consumedAt !== before.consumedAt) expect(visibleStatus(before)).toBe("approved");
  if (after.status === before.status) return;
  if (after.status === "expired") expect(now).toBeGreaterThanOrEqual(before.expiresAt);
  else expect(now).toBeLessThan(before.expiresAt);
  if (after.status === "approved" && after.overriddenBy === null) {
    const counted = after.votes.filter((one) => one.vote === "approve" && one.counts);
    const people = new Set(counted.map((one) => one.person));
    expect(people.size).toBe(counted.length);
    if (rules.excludeRequester) expect(people.has(after.requester ?? "nobody")).toBe(false);
    expect(requirementsAfter(rules, now - after.createdAt).some((tree) => isSatisfied(tree, people))).toBe(
      true,
    );
  }
  if (after.overriddenBy !== null) expect(rules.breakGlass).toContain(after.overriddenBy);
  if (after.status === "rejected") expect(input).toMatchObject({ kind: "vote", vote: "reject" });
}
