import { describe, expect, it } from "vitest";
import {
  decide,
  sameUntil,
  type Change,
  type Confirmation,
  type Input,
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
  rejects,
  said,
  T0,
  vote,
} from "../../support/confirmation-state.ts";

// A step may be dated later than it was judged, because another server's clock was ahead. Up to `sameUntil` it would
// have been judged the same.

const ESCALATING = needing([anyOf(2, "ana", "bo")], {
  rejection: "impossible",
  escalations: [later(300, [anyOf(1, "ana", "bo", "cy")])],
});

const judged = (state: Confirmation, input: Input, at: number): Change =>
  expectOk(decide(ESCALATING, state, input, at));
const untilAfter = (state: Confirmation, input: Input, at: number): number =>
  sameUntil(ESCALATING, state, input, judged(state, input, at)) - T0;

const approve: Input = approves("bo");
const reject: Input = rejects("bo");
const approved = confirmation({ status: "approved", decidedAt: T0, sealed: true });
const use: Input = { kind: "consume", payloadHash: HASH };

describe("a step is judged the same until", () => {
  it.each([
    ["a vote: the next escalation", confirmation(), approve, 1, 5 * MINUTE - 1],
    ["a rejection: the next escalation", confirmation(), reject, 1, 5 * MINUTE - 1],
    ["a cancellation: the next escalation", confirmation(), { kind: "cancel" }, 1, 5 * MINUTE - 1],
    [
      "after the last escalation: the expiry",
      confirmation({ escalated: 1 }),
      approve,
      6 * MINUTE,
      15 * MINUTE - 1,
    ],
    ["an escalation that is not applied yet: its own time", confirmation(), approve, 6 * MINUTE, 6 * MINUTE],
    ["an expiry: forever", confirmation(), { kind: "tick" }, 15 * MINUTE, Number.POSITIVE_INFINITY],
    ["a use: forever", approved, use, MINUTE, Number.POSITIVE_INFINITY],
    [
      "a use within a time: its end",
      { ...approved, executeWithinMilliseconds: 2 * MINUTE },
      use,
      MINUTE,
      2 * MINUTE,
    ],
  ] as const)("%s", (_name, state, input, after, until) => {
    expect(untilAfter(state, input, T0 + after)).toBe(until);
    const last = Math.min(until, 60 * MINUTE);
    expect(said(decide(ESCALATING, state, input, T0 + last), state)).toBe(
      said(decide(ESCALATING, state, input, T0 + after), state),
    );
  });

  it("the moment before an escalation that would approve it", () => {
    const first = { ...ESCALATING, rejection: "first" as const };
    const state = confirmation({ votes: [vote("ana")] });
    const until = T0 + untilAfter(state, reject, T0 + 1);
    const results = [until, until + 1].map((at) => said(decide(first, state, reject, at), state));
    expect(results).toEqual(["-> rejected", "already_decided"]);
  });
});
