import { describe, expect, it } from "vitest";
import {
  decide,
  dueAt,
  type Change,
  type Confirmation,
  type Input,
  type Vote,
} from "../../../src/core/confirmation/decision.ts";
import { expectOk } from "../../../src/core/refusal.ts";
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

it("notifies the people, and is due at the next escalation or at the end", () => {
  const escalating = policy({
    escalations: [later(300, [person("bo")]), later(600, [person("cy")])],
  });
  const state = confirmation();
  expect(dueAt(escalating, state)).toBe(T0 + 300_000);
  const after = (before: Confirmation, milliseconds: number): Change =>
    expectOk(decide(escalating, before, { kind: "tick" }, T0 + milliseconds));
  const early = after(state, 1_000);
  const first = after(early.state, 300_000);
  const again = after(first.state, 300_001);
  const second = after(again.state, 600_000);
  const last = after(second.state, 15 * MINUTE);
  const both = after(state, 600_000);
  const rows = [early, first, again, second, last, both].map(({ effects, state: { escalated } }) => ({
    effects,
    due: dueAt(escalating, { ...state, escalated }) - T0,
  }));
  expect(rows).toEqual([
    { effects: [], due: 300_000 },
    { effects: [{ kind: "notify", people: ["bo"] }], due: 600_000 },
    { effects: [], due: 600_000 },
    { effects: [{ kind: "notify", people: ["cy"] }], due: 15 * MINUTE },
    {
      effects: [{ kind: "seal", record: "expired" }],
      due: 15 * MINUTE,
    },
    { effects: [{ kind: "notify", people: ["bo", "cy"] }], due: 15 * MINUTE },
  ]);
});

it("is due when it expires, if that is before the next escalation", () => {
  const escalating = policy({ escalations: [later(901, [person("bo")])] });
  expect(dueAt(escalating, confirmation())).toBe(T0 + 15 * MINUTE);
});

describe("the same vote, earlier and later", () => {
  // All three; after five minutes two of them; after ten minutes one, or dan.
  const rules = needing([anyOf(3, "ana", "bo", "cy")], {
    escalations: [
      later(300, [anyOf(2, "ana", "bo", "cy")]),
      later(600, [anyOf(1, "ana", "bo", "cy", "dan")]),
    ],
  });
  const pending = "pending, changed";
  const stranger = "not_an_approver";
  const times = [0, 299_999, 300_000, 599_999, 600_000];
  const rows: [string, readonly Vote[], readonly string[]][] = [
    ["ana", [], [pending, pending, pending, pending, "-> approved"]],
    ["bo", [vote("ana")], [pending, pending, "-> approved", "-> approved", "already_decided"]],
    ["dan", [], [stranger, stranger, stranger, stranger, "-> approved"]],
  ];
  it.each(rows)("by %s", (who, votes, expected) => {
    const state = confirmation({ votes });
    const results = times.map((elapsed) => said(decide(rules, state, approves(who), T0 + elapsed), state));
    expect(results).toEqual(expected);
  });
});

describe("approvals that an escalation makes enough", () => {
  // Two of three; after five minutes one is enough.
  const rules = needing([anyOf(2, "ana", "bo", "cy")], {
    rejection: "impossible",
    escalations: [later(300, [anyOf(1, "ana", "bo", "cy")])],
    breakGlass: ["dan"],
  });
  const votes = [vote("ana")];
  const inputsLater: Record<string, Input> = {
    approve: approves("bo"),
    reject: rejects("bo"),
    override: { kind: "override", person: "dan", reason: "fire" },
    cancel: { kind: "cancel" },
    tick: { kind: "tick" },
  };
  const decided = "already_decided";
  it.each([
    //                                     approve        reject               override          cancel         tick
    [
      "just before",
      299_999,
      votes,
      ["-> approved", "pending, changed", "-> break-glass", "-> cancelled", "no change"],
    ],
    ["at its time", 300_000, votes, [decided, decided, decided, decided, "-> approved"]],
    ["just before the expiry", 899_999, votes, [decided, decided, decided, decided, "-> approved"]],
    ["at the expiry", 900_000, votes, [decided, decided, decided, decided, "-> approved"]],
    ["an hour later", 4_500_000, votes, [decided, decided, decided, decided, "-> approved"]],
    [
      "at the expiry, with the passkey revoked",
      900_000,
      [vote("ana", "approve", false)],
      ["expired", "expired", "expired", "expired", "-> expired"],
    ],
    [
      "at its time, if the vote is a rejection",
      300_000,
      [vote("ana", "reject")],
      ["-> approved", "pending, changed", "-> break-glass", "-> cancelled", "pending, changed"],
    ],
  ] as const)("%s", (_name, elapsed, given, expected) => {
    const state = confirmation({ votes: given });
    expect(
      Object.values(inputsLater).map((input) => said(decide(rules, state, input, T0 + elapsed), state)),
    ).toEqual(expected);
  });

  it.each([
    ["at the tick", 300_000, 300_000],
    ["before the expiry, however late the tick is", 4_500_000, 899_999],
  ])("are dated %s", (_name, elapsed, dated) => {
    const change = expectOk(decide(rules, confirmation({ votes }), { kind: "tick" }, T0 + elapsed));
    expect([change.at - T0, change.state.decidedAt]).toEqual([dated, change.at]);
  });

  it.each([
    ["a millisecond before the expiry", 300_001, "already_decided", "-> approved"],
    ["at the expiry, which is too late", 300_000, "expired", "-> expired"],
  ])("%s", (_name, expiresAfter, late, ticked) => {
    const state = confirmation({ votes, expiresAt: T0 + expiresAfter });
    const after = (input: Input) => said(decide(rules, state, input, T0 + MINUTE * 60), state);
    expect([after({ kind: "cancel" }), after({ kind: "tick" })]).toEqual([late, ticked]);
  });

  it("are not named by a refusal, because the outcome is not in the log", () => {
    const refused = decide(rules, confirmation({ votes }), { kind: "cancel" }, T0 + 300_000);
    expect(refused).toMatchObject({ refusal: { detail: "the request was already decided" } });
  });
});

describe("a server whose clock is behind", () => {
  const rules = needing([anyOf(2, "ana", "bo", "cy")], {
    escalations: [later(300, [anyOf(1, "bo")])],
  });
  const signed: Input = approves("bo");
  const used = { kind: "consume", payloadHash: HASH } as const;
  const approved = { status: "approved", decidedAt: T0 + 7, sealed: true } as const;
  it.each([
    ["the request's creation", {}, signed, 0, "pending, changed"],
    ["the signatures before it", { votes: [{ ...vote("ana"), at: T0 + 5 }] }, signed, 5, "-> approved"],
    ["the escalation that was reached", { escalated: 1 }, signed, 300_000, "-> approved"],
    ["the approval that is used", approved, used, 7, "-> consumed"],
  ] as const)("dates no step before %s", (_name, more, input, dated, expected) => {
    const state = confirmation(more);
    const result = decide(rules, state, input, T0 - 1_000);
    expect(said(result, state)).toBe(expected);
    expect(expectOk(result).at - T0).toBe(dated);
  });
});
