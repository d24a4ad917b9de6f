import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  initialEffects,
  decide,
  visibleStatus,
  type Change,
  type Confirmation,
  type Input,
  type Vote,
} from "../../../src/core/confirmation/decision.ts";
import {
  isSatisfied,
  requirementsAfter,
  singleApproverPolicy,
  type Policy,
  type Requirement,
} from "../../../src/core/confirmation/policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";

/** Thousands of sequences take a second on an idle core, and more on a busy machine. */
const PROPERTY_MAX_MILLISECONDS = 30_000;

const T0 = 1_800_000_000_000;
const MINUTE = 60_000;
const HASH = "aa".repeat(32);

const person = (name: string): Requirement => ({ kind: "person", person: name });
const anyOf = (threshold: number, ...names: string[]): Requirement => ({
  kind: "quorum",
  name: "",
  threshold,
  of: names.map(person),
});
const policy = (more: Partial<Policy>): Policy => ({ ...singleApproverPolicy("ana"), ...more });
const confirmation = (more: Partial<Confirmation> = {}): Confirmation => ({
  status: "pending",
  createdAt: T0,
  expiresAt: T0 + 15 * MINUTE,
  executeWithinMilliseconds: null,
  requester: null,
  payloadHash: HASH,
  votes: [],
  escalated: 0,
  decidedAt: null,
  overriddenBy: null,
  sealed: false,
  consumedAt: null,
  ...more,
});
const vote = (who: string, cast: Vote["vote"] = "approve", counts = true): Vote => ({
  person: who,
  vote: cast,
  at: T0,
  counts,
});

/** The result, as a short text for tables. */
function said(result: ReturnType<typeof decide>, before: Confirmation): string {
  if (!result.ok) return result.refusal.code;
  const { state, effects } = result.value;
  const seals = effects.flatMap((effect) => (effect.kind === "seal" ? [effect.record] : []));
  if (seals.length > 0) return `-> ${seals.join("+")}`;
  return state === before || JSON.stringify(state) === JSON.stringify(before)
    ? "no change"
    : `${state.status}, changed`;
}

const inputs: Record<string, Input> = {
  approve: { kind: "vote", person: "ana", vote: "approve" },
  reject: { kind: "vote", person: "ana", vote: "reject" },
  stranger: { kind: "vote", person: "eve", vote: "approve" },
  override: { kind: "override", person: "bo", reason: "site is down" },
  cancel: { kind: "cancel" },
  tick: { kind: "tick" },
  consume: { kind: "consume", payloadHash: HASH },
};
const states: Record<string, { state: Confirmation; now: number }> = {
  pending: { state: confirmation(), now: T0 + MINUTE },
  overdue: { state: confirmation(), now: T0 + 15 * MINUTE },
  "approved, unsealed": { state: confirmation({ status: "approved", decidedAt: T0 }), now: T0 + MINUTE },
  approved: {
    state: confirmation({ status: "approved", decidedAt: T0, sealed: true }),
    now: T0 + 60 * MINUTE,
  },
  consumed: {
    state: confirmation({ status: "approved", decidedAt: T0, sealed: true, consumedAt: T0 + 1 }),
    now: T0 + MINUTE,
  },
  rejected: { state: confirmation({ status: "rejected", decidedAt: T0, sealed: true }), now: T0 + MINUTE },
  expired: { state: confirmation({ status: "expired", decidedAt: T0, sealed: true }), now: T0 + 16 * MINUTE },
  cancelled: { state: confirmation({ status: "cancelled", decidedAt: T0, sealed: true }), now: T0 + MINUTE },
};

it("handles every input in every state", () => {
  const breakable = policy({ breakGlass: ["bo"] });
  const matrix = Object.fromEntries(
    Object.entries(states).map(([name, { state, now }]) => [
      name,
      Object.values(inputs).map((input) => said(decide(breakable, state, input, now), state)),
    ]),
  );
  const decided = "already_decided";
  expect(matrix).toEqual({
    //                      approve        reject         stranger           override        cancel         tick         consume
    pending: [
      "-> approved",
      "-> rejected",
      "not_an_approver",
      "-> break-glass",
      "-> cancelled",
      "no change",
      "not_approved",
    ],
    overdue: ["expired", "expired", "expired", "expired", "expired", "-> expired", "not_approved"],
    "approved, unsealed": [decided, decided, decided, decided, decided, "no change", "not_approved"],
    approved: [decided, decided, decided, decided, decided, "no change", "-> consumed"],
    consumed: [decided, decided, decided, decided, decided, "no change", "already_consumed"],
    rejected: [decided, decided, decided, decided, decided, "no change", "not_approved"],
    expired: ["expired", "expired", "expired", "expired", "expired", "no change", "not_approved"],
    cancelled: [decided, decided, decided, decided, decided, "no change", "not_approved"],
  });
});

it.each([
  ["approved", false, "the request was already decided"],
  ["approved", true, "the request was already approved"],
  ["rejected", false, "the request was already decided"],
  ["rejected", true, "the request was already rejected"],
] as const)("a cancellation after %s (sealed: %s) is refused: %s", (status, sealed, detail) => {
  const state = confirmation({ status, decidedAt: T0, sealed });
  const refused = decide(policy({}), state, { kind: "cancel" }, T0 + MINUTE);
  expect(refused).toMatchObject({ ok: false, refusal: { code: "already_decided", detail } });
});

describe("rules of a policy", () => {
  const two = policy({ require: anyOf(2, "ana", "bo", "cy"), excludeRequester: true });
  const patient = policy({ require: anyOf(2, "ana", "bo", "cy"), rejection: "impossible" });
  const escalating = policy({ escalations: [{ afterSeconds: 300, require: person("bo") }] });
  const glass = policy({ breakGlass: ["bo"], excludeRequester: true });
  const approves = (who: string): Input => ({ kind: "vote", person: who, vote: "approve" });
  const rejects = (who: string): Input => ({ kind: "vote", person: who, vote: "reject" });
  const rows: [string, Policy, Partial<Confirmation>, Input, number, string][] = [
    ["first of two", two, {}, approves("ana"), 0, "pending, changed"],
    ["second of two", two, { votes: [vote("ana")] }, approves("bo"), 0, "-> approved"],
    ["the same person again", two, { votes: [vote("ana")] }, approves("ana"), 0, "already_signed"],
    ["a second vote by the same person", two, { votes: [vote("ana")] }, rejects("ana"), 0, "already_signed"],
    ["the requester", two, { requester: "ana" }, approves("ana"), 0, "not_an_approver"],
    [
      "the requester where that is allowed",
      policy({}),
      { requester: "ana" },
      approves("ana"),
      0,
      "-> approved",
    ],
    [
      "a vote whose passkey was revoked",
      two,
      { votes: [vote("ana", "approve", false)] },
      approves("bo"),
      0,
      "pending, changed",
    ],
    ["one rejection ends it", two, { votes: [vote("ana")] }, rejects("bo"), 0, "-> rejected"],
    ["one rejection of three does not end it", patient, {}, rejects("bo"), 0, "pending, changed"],
    [
      "two rejections of three are",
      patient,
      { votes: [vote("bo", "reject")] },
      rejects("cy"),
      0,
      "-> rejected",
    ],
    [
      "approved despite one rejection",
      patient,
      { votes: [vote("bo", "reject"), vote("ana")] },
      approves("cy"),
      0,
      "-> approved",
    ],
    [
      "one rejection of three, and an approval whose passkey was revoked",
      patient,
      { votes: [vote("ana", "approve", false)] },
      rejects("bo"),
      0,
      "pending, changed",
    ],
    [
      "two rejections of three, one by a passkey that was revoked",
      patient,
      { votes: [vote("ana", "reject", false)] },
      rejects("bo"),
      0,
      "pending, changed",
    ],
    ["before the escalation", escalating, {}, approves("bo"), 299_999, "not_an_approver"],
    ["at the escalation", escalating, {}, approves("bo"), 300_000, "-> approved"],
    ["the first person after the escalation", escalating, {}, approves("ana"), 300_000, "-> approved"],
    [
      "break-glass by another",
      glass,
      {},
      { kind: "override", person: "ana", reason: "x" },
      0,
      "break_glass_not_allowed",
    ],
    [
      "break-glass without a reason",
      glass,
      {},
      { kind: "override", person: "bo", reason: " \n" },
      0,
      "reason_required",
    ],
    [
      "break-glass by the requester",
      glass,
      { requester: "bo" },
      { kind: "override", person: "bo", reason: "x" },
      0,
      "break_glass_not_allowed",
    ],
    ["break-glass", glass, {}, { kind: "override", person: "bo", reason: "x" }, 0, "-> break-glass"],
  ];
  it.each(rows)("%s", (_name, somePolicy, more, input, elapsed, expected) => {
    const state = confirmation(more);
    expect(said(decide(somePolicy, state, input, T0 + elapsed), state)).toBe(expected);
  });

  const approved = { status: "approved", decidedAt: T0, sealed: true } as const;
  const uses: [string, Partial<Confirmation>, string, number, string][] = [
    ["within the window", { executeWithinMilliseconds: MINUTE }, HASH, MINUTE, "-> consumed"],
    ["after the window", { executeWithinMilliseconds: MINUTE }, HASH, MINUTE + 1, "execution_window_closed"],
    ["another payload", {}, "bb".repeat(32), 0, "argument_hash_mismatch"],
    ["a second time", { consumedAt: T0 }, HASH, 0, "already_consumed"],
    ["not yet in the log", { sealed: false }, HASH, 0, "not_approved"],
  ];
  it.each(uses)("consume %s", (_name, more, payloadHash, elapsed, expected) => {
    const state = confirmation({ ...approved, ...more });
    expect(said(decide(policy({}), state, { kind: "consume", payloadHash }, T0 + elapsed), state)).toBe(
      expected,
    );
  });
});

it("notifies the people, and wakes at the next escalation or at the end", () => {
  const escalating = policy({
    escalations: [
      { afterSeconds: 300, require: person("bo") },
      { afterSeconds: 600, require: person("cy") },
    ],
  });
  const state = confirmation();
  expect(initialEffects(escalating, state)).toEqual([
    { kind: "notify", people: ["ana"], about: "asked" },
    { kind: "wakeAt", at: T0 + 300_000 },
  ]);
  const after = (change: Change, milliseconds: number): Change =>
    expectOk(decide(escalating, change.state, { kind: "tick" }, T0 + milliseconds));
  const early = after({ state, effects: [] }, 1_000);
  const first = after(early, 300_000);
  const again = after(first, 300_001);
  const second = after(again, 600_000);
  const last = after(second, 15 * MINUTE);
  expect([early, first, again, second, last].map((change) => change.effects)).toEqual([
    [{ kind: "wakeAt", at: T0 + 300_000 }],
    [
      { kind: "notify", people: ["bo"], about: "escalated" },
      { kind: "wakeAt", at: T0 + 600_000 },
    ],
    [{ kind: "wakeAt", at: T0 + 600_000 }],
    [
      { kind: "notify", people: ["cy"], about: "escalated" },
      { kind: "wakeAt", at: T0 + 15 * MINUTE },
    ],
    [
      { kind: "seal", record: "expired" },
      { kind: "webhook", event: "expired" },
    ],
  ]);
});

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
