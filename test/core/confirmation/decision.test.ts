import { describe, expect, it } from "vitest";
import { decide, type Confirmation, type Input } from "../../../src/core/confirmation/decision.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import {
  anyOf,
  approves,
  confirmation,
  HASH,
  later,
  MINUTE,
  needing,
  person,
  policy,
  rejects,
  said,
  T0,
  vote,
} from "../../support/confirmation-state.ts";

const inputs: Record<string, Input> = {
  approve: approves("ana"),
  reject: rejects("ana"),
  stranger: approves("eve"),
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
  const two = needing([anyOf(2, "ana", "bo", "cy")], { excludeRequester: true });
  const patient = needing([anyOf(2, "ana", "bo", "cy")], { rejection: "impossible" });
  const escalating = policy({ escalations: [later(300, [person("bo")])] });
  const glass = policy({ breakGlass: ["bo"], excludeRequester: true });
  const rows: [string, Policy, Partial<Confirmation>, Input, number, string][] = [
    ["first of two", two, {}, approves("ana"), 0, "pending, changed"],
    ["second of two", two, { votes: [vote("ana")] }, approves("bo"), 0, "-> approved"],
    ["the same person again", two, { votes: [vote("ana")] }, approves("ana"), 0, "already_signed"],
    ["a second vote by the same person", two, { votes: [vote("ana")] }, rejects("ana"), 0, "already_signed"],
    ["the requester", two, { requester: "ana" }, approves("ana"), 0, "not_an_approver"],
    ["another than the requester", two, { requester: "ana" }, approves("bo"), 0, "pending, changed"],
    [
      "two others than the requester",
      two,
      { requester: "ana", votes: [vote("bo")] },
      approves("cy"),
      0,
      "-> approved",
    ],
    [
      "somebody, if the requester is not one of them",
      two,
      { requester: "eve" },
      approves("ana"),
      0,
      "pending, changed",
    ],
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
    [
      "one rejection of three, if the requester is one of them",
      { ...patient, excludeRequester: true },
      { requester: "ana" },
      rejects("bo"),
      0,
      "-> rejected",
    ],
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
      "break-glass, if the requester is another",
      glass,
      { requester: "ana" },
      { kind: "override", person: "bo", reason: "x" },
      0,
      "-> break-glass",
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
    [
      "break-glass by the requester where that is allowed",
      { ...glass, excludeRequester: false },
      { requester: "bo" },
      { kind: "override", person: "bo", reason: "x" },
      0,
      "-> break-glass",
    ],
    [
      "break-glass by somebody who has signed",
      needing([anyOf(2, "ana", "bo")], { breakGlass: ["bo"] }),
      { votes: [vote("bo")] },
      { kind: "override", person: "bo", reason: "x" },
      0,
      "already_signed",
    ],
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
