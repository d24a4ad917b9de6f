import { describe, expect, it } from "vitest";
import {
  decide,
  dueAt,
  type Change,
  type Confirmation,
  type Input,
} from "../../../src/core/confirmation/decision.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import { expectOk } from "../../../src/core/refusal.ts";
import {
  anyOf,
  approves,
  confirmation,
  later,
  person,
  policy,
  rejects,
  said,
  stages,
  T0,
  vote,
} from "../../support/confirmation-state.ts";

// Stages are met one after the other. A person signs a request once, for the stage that is open then.

const approved = (who: string, stage = 1, counts = true) => vote(who, "approve", counts, stage);
const tick: Input = { kind: "tick" };
/** Two of ana, bo and cy, then cy or dan. */
const TWO_STAGES = policy({ stages: stages([anyOf(2, "ana", "bo", "cy")], [anyOf(1, "cy", "dan")]) });

function after(rules: Policy, state: Confirmation, input: Input, elapsed: number): Change {
  return expectOk(decide(rules, state, input, T0 + elapsed));
}
const notified = ({ effects }: Change): string =>
  effects.flatMap((effect) => (effect.kind === "notify" ? effect.people : [effect.record])).join(" ");

describe("a request in two stages", () => {
  const first = { votes: [approved("ana")] };
  const second = { votes: [approved("ana"), approved("bo")] };
  const withCy = { votes: [approved("ana"), approved("cy")] };
  const rows: readonly [string, Partial<Confirmation>, Input, string][] = [
    ["the first signature of stage 1", {}, approves("ana"), "pending, changed"],
    ["the last signature of stage 1", first, approves("bo"), "pending, changed"],
    ["the signature of stage 2", second, approves("dan", 2), "-> approved"],
    ["somebody of both stages, in stage 2", second, approves("cy", 2), "-> approved"],
    ["somebody of both stages, in stage 1", first, approves("cy"), "pending, changed"],
    ["the same person again in stage 2", withCy, approves("cy", 2), "already_signed"],
    ["the same person again in stage 1", second, approves("ana"), "already_signed"],
    ["a third person for stage 1, which is over", second, approves("cy"), "stage_over"],
    ["a rejection for stage 1, which is over", second, rejects("cy"), "stage_over"],
    ["somebody of stage 1 for stage 2", withCy, approves("bo", 2), "not_an_approver"],
    ["somebody of stage 2 before it is open", first, approves("dan", 2), "stage_over"],
    ["somebody of stage 2 for stage 1", first, approves("dan"), "not_an_approver"],
    ["a stage that is not there", second, approves("dan", 3), "stage_over"],
    ["a rejection in stage 1", first, rejects("bo"), "-> rejected"],
    ["a rejection in stage 2", second, rejects("dan", 2), "-> rejected"],
    ["a cancellation in stage 2", second, { kind: "cancel" }, "-> cancelled"],
    ["the requester in stage 2", { ...second, requester: "dan" }, approves("dan", 2), "not_an_approver"],
    [
      "an approval that makes up for a revoked one in stage 1",
      { votes: [approved("ana", 1, false), approved("bo")] },
      approves("cy"),
      "pending, changed",
    ],
  ];
  it.each(rows)("%s", (_name, more, input, expected) => {
    const rules = { ...TWO_STAGES, excludeRequester: true };
    const state = confirmation(more);
    expect(said(decide(rules, state, input, T0), state)).toBe(expected);
  });

  it("takes an emergency approval in any stage", () => {
    const rules = { ...TWO_STAGES, breakGlass: ["eve", "ana"] };
    const override = (who: string): Input => ({ kind: "override", person: who, reason: "fire" });
    for (const more of [{}, first, second]) {
      const state = confirmation(more);
      expect(said(decide(rules, state, override("eve"), T0), state)).toBe("-> break-glass");
    }
    const state = confirmation(first);
    expect(said(decide(rules, state, override("ana"), T0), state)).toBe("already_signed");
  });

  it("asks the people of stage 2 when it opens, and nobody who has signed", () => {
    expect(notified(after(TWO_STAGES, confirmation(), approves("ana"), 1))).toBe("");
    expect(notified(after(TWO_STAGES, confirmation(first), approves("bo"), 1))).toBe("cy dan");
    expect(notified(after(TWO_STAGES, confirmation(first), approves("cy"), 1))).toBe("dan");
  });

  it("asks in stage 2 nobody who made the request, if the policy excludes them", () => {
    const rules = { ...TWO_STAGES, excludeRequester: true };
    const state = confirmation({ ...first, requester: "dan" });
    expect(notified(after(rules, state, approves("bo"), 1))).toBe("cy");
  });
});

describe("a vote of stage 1 that stops counting after stage 2 opened", () => {
  const open = confirmation({ votes: [approved("ana", 1, false), approved("bo")] });
  const withSecond = confirmation({ votes: [...open.votes, approved("dan", 2)] });

  it("opens stage 1 again, for those who have not signed", () => {
    expect(said(decide(TWO_STAGES, open, approves("dan", 2), T0), open)).toBe("stage_over");
    expect(said(decide(TWO_STAGES, open, approves("ana"), T0), open)).toBe("already_signed");
    const change = after(TWO_STAGES, open, approves("cy"), 1);
    expect([change.state.status, notified(change)]).toEqual(["pending", "dan"]);
  });

  it("leaves the approval of stage 2, so that stage 1 completes the request", () => {
    expect(said(decide(TWO_STAGES, withSecond, tick, T0), withSecond)).toBe("no change");
    expect(said(decide(TWO_STAGES, withSecond, approves("cy"), T0), withSecond)).toBe("-> approved");
  });
});

describe("an escalation of stage 2", () => {
  // After five minutes eve may sign stage 2, too.
  const rules = { ...TWO_STAGES, escalations: [later(300, [person("eve")], 2)] };
  const opened = confirmation({ votes: [approved("ana"), approved("bo")] });

  it("asks nobody while stage 1 is open, and its people when stage 2 opens", () => {
    const early = after(rules, confirmation({ votes: [approved("ana")] }), tick, 300_000);
    expect([notified(early), early.state.escalated]).toEqual(["", 1]);
    expect(notified(after(rules, early.state, approves("bo"), 300_001))).toBe("cy dan eve");
  });

  it("asks only its own people once stage 2 is open", () => {
    expect(notified(after(rules, opened, tick, 300_000))).toBe("eve");
  });

  it.each([
    ["before it", 299_999, "not_an_approver"],
    ["at its time", 300_000, "-> approved"],
  ])("lets its people sign %s", (_name, elapsed, expected) => {
    expect(said(decide(rules, opened, approves("eve", 2), T0 + elapsed), opened)).toBe(expected);
  });

  it("asks nobody twice if stage 2 opens after its time and before its tick", () => {
    const state = confirmation({ votes: [approved("ana")] });
    const change = after(rules, state, approves("bo"), 300_001);
    expect(notified(change)).toBe("cy dan eve");
    expect(dueAt(rules, change.state)).toBe(change.state.expiresAt);
    expect(after(rules, change.state, tick, 300_002).effects).toEqual([]);
  });
});

describe("an escalation that completes stage 1", () => {
  // After five minutes one of ana, bo and cy is enough for stage 1; after ten, eve alone for stage 2.
  const rules: Policy = {
    ...TWO_STAGES,
    rejection: "impossible",
    escalations: [later(300, [anyOf(1, "ana", "bo", "cy")]), later(600, [person("eve")], 2)],
  };
  const waiting = confirmation({ votes: [approved("ana")] });

  it("opens stage 2 by time alone, and asks its people", () => {
    const change = after(rules, waiting, tick, 300_000);
    expect([change.state.status, notified(change)]).toEqual(["pending", "cy dan"]);
    expect(dueAt(rules, change.state)).toBe(T0 + 600_000);
    expect(notified(after(rules, change.state, tick, 600_000))).toBe("eve");
  });

  it("asks the people of both escalations in one late tick", () => {
    const change = after(rules, waiting, tick, 600_000);
    expect([change.state.escalated, notified(change)]).toEqual([2, "cy dan eve"]);
  });

  it.each([
    ["a vote for stage 1, before", 299_999, approves("bo"), "pending, changed"],
    ["a vote for stage 1, after", 300_000, approves("bo"), "stage_over"],
    ["a vote for stage 2, before", 299_999, approves("dan", 2), "stage_over"],
    ["a vote for stage 2, after", 300_000, approves("dan", 2), "-> approved"],
    ["a rejection for stage 2, after", 300_000, rejects("dan", 2), "pending, changed"],
  ] as const)("%s, though no tick has run", (_name, elapsed, input, expected) => {
    expect(said(decide(rules, waiting, input, T0 + elapsed), waiting)).toBe(expected);
  });

  it("completes the request if stage 2 was signed before a vote of stage 1 stopped counting", () => {
    const votes = [approved("ana"), approved("bo", 1, false), approved("dan", 2)];
    const change = after(rules, confirmation({ votes }), tick, 300_000);
    expect([change.state.status, change.at - T0]).toEqual(["approved", 300_000]);
  });
});

describe("a rejection that makes the stages impossible", () => {
  const impossible = { ...TWO_STAGES, rejection: "impossible" as const };
  const rejected = (who: string, stage = 1) => vote(who, "reject", true, stage);
  const rows: readonly [string, Partial<Confirmation>, Input, string][] = [
    ["one of three in stage 1", {}, rejects("ana"), "pending, changed"],
    ["two of three in stage 1", { votes: [rejected("ana")] }, rejects("bo"), "-> rejected"],
    [
      "one of two in stage 2",
      { votes: [approved("ana"), approved("bo")] },
      rejects("dan", 2),
      "pending, changed",
    ],
    [
      "the only one left in stage 2, as cy has signed stage 1",
      { votes: [approved("ana"), approved("cy")] },
      rejects("dan", 2),
      "-> rejected",
    ],
    [
      "the only one left, as cy has rejected in stage 1",
      { votes: [rejected("cy"), approved("ana"), approved("bo")] },
      rejects("dan", 2),
      "-> rejected",
    ],
  ];
  it.each(rows)("%s", (_name, more, input, expected) => {
    const state = confirmation(more);
    expect(said(decide(impossible, state, input, T0), state)).toBe(expected);
  });

  it("never at an approval: of the last person whom stage 2 needs it is refused", () => {
    const rules = { ...impossible, stages: stages([anyOf(2, "ana", "bo", "cy", "dan")], [person("dan")]) };
    for (const votes of [[rejected("bo"), approved("ana")], [approved("ana")]]) {
      const state = confirmation({ votes });
      expect(said(decide(rules, state, approves("cy"), T0), state)).toBe("pending, changed");
      expect(said(decide(rules, state, approves("dan"), T0), state)).toBe("needed_later");
      expect(said(decide(rules, state, rejects("dan"), T0), state)).toBe("-> rejected");
    }
  });

  it("because nobody counts in two of them", () => {
    // Two of ana, bo and cy, then two of bo, cy and dan: all four are needed if ana rejects.
    const rules = {
      ...impossible,
      stages: stages([anyOf(2, "ana", "bo", "cy")], [anyOf(2, "bo", "cy", "dan")]),
    };
    const state = confirmation();
    expect(said(decide(rules, state, rejects("ana"), T0), state)).toBe("-> rejected");
    const escalating = { ...rules, escalations: [later(300, [person("eve")], 2)] };
    expect(said(decide(escalating, state, rejects("ana"), T0), state)).toBe("pending, changed");
  });
});
