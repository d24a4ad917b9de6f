import { describe, expect, it } from "vitest";
import { singleApproverPolicy, type Policy } from "../../../src/core/policy/policy.ts";
import {
  missingText,
  nextEscalation,
  openNeeds,
  seatNames,
  turnOf,
  type Signed,
} from "../../../src/core/policy/open-places.ts";
import type { Need } from "../../../src/core/policy/seats.ts";

// Who fills which place, who can fill those that are left, and whose turn it is.

const need = (count: number, of: string, name = ""): Need => ({
  name,
  count,
  of: of.split(" ").map((id) => `p_${id}`),
});
const policy: Policy = {
  ...singleApproverPolicy(""),
  excludeRequester: true,
  stages: [
    { name: "", needs: [need(2, "ana bo cy", "finance")] },
    { name: "", needs: [need(1, "cy dan", "security"), need(1, "eve", "eve")] },
  ],
  escalations: [
    { afterSeconds: 60, stage: 1, needs: [need(1, "zoe", "zoe")] },
    { afterSeconds: 90, stage: 2, needs: [need(1, "zoe", "zoe")] },
  ],
  breakGlass: ["p_max"],
};
const NAMES = new Map("ana bo cy dan eve zoe max".split(" ").map((id) => [`p_${id}`, id]));

/** Such as "ana 1, bo 1": who has approved in which stage. */
function signed(approvals: string, more: Partial<Signed> = {}): Signed {
  const all = approvals === "" ? [] : approvals.split(", ").map((each) => each.split(" "));
  return {
    approvals: new Map(all.map(([person = "", stage]) => [`p_${person}`, Number(stage)])),
    rejecters: new Set(),
    requester: null,
    elapsedMilliseconds: 0,
    ...more,
  };
}

describe("who is still needed", () => {
  it.each<[approvals: string, more: Partial<Signed>, text: string]>([
    ["", {}, "two of finance (ana, bo or cy)"],
    ["ana 1", {}, "one of finance (bo or cy)"],
    ["ana 1", { rejecters: new Set(["p_bo"]) }, "one of finance (cy)"],
    ["ana 1", { requester: "p_cy" }, "one of finance (bo)"],
    ["ana 1, bo 1", {}, "one of security (cy or dan) and eve"],
    ["ana 1, cy 1", {}, "one of security (dan) and eve"],
    ["ana 1, cy 1, eve 2", {}, "one of security (dan)"],
    ["ana 1, cy 1, eve 2, dan 2", {}, ""],
    // One person is enough by the escalation, which is the shorter way.
    ["", { elapsedMilliseconds: 60_000 }, "zoe"],
  ])("after %j, with %j", (approvals, more, text) => {
    const missing = missingText(openNeeds(policy, signed(approvals, more)), NAMES);
    expect(missing).toBe(text);
  });

  it("is said by the group alone if it is large", () => {
    const open = (one: Need) => missingText([{ ...one, all: one.of }], NAMES);
    expect(open(need(2, "a b c d e f", "finance"))).toBe("two of finance");
    expect(open(need(2, "ana bo cy"))).toBe("two of ana, bo or cy");
    expect(open(need(2, "ana bo"))).toBe("ana and bo");
  });
});

it("names only people who can still sign, where the need names people", () => {
  const people = need(2, "ana bo cy", "ana or bo or cy");
  const one: Policy = { ...policy, stages: [{ name: "", needs: [people] }], escalations: [] };
  expect(missingText(openNeeds(one, signed("ana 1")), NAMES)).toBe("one of bo or cy");
});

describe("whose turn it is", () => {
  it.each<[person: string, open: number, more: Partial<Signed>, turn: object]>([
    ["ana", 1, {}, { kind: "now" }],
    ["dan", 1, {}, { kind: "later", stage: 2 }],
    ["cy", 1, {}, { kind: "now" }],
    ["cy", 2, {}, { kind: "now" }],
    ["zoe", 1, {}, { kind: "later", stage: 2 }],
    ["zoe", 2, {}, { kind: "escalation" }],
    ["zoe", 2, { elapsedMilliseconds: 90_000 }, { kind: "now" }],
    ["ana", 2, {}, { kind: "over" }],
    ["max", 1, {}, { kind: "emergency" }],
    ["ana", 1, { requester: "p_ana" }, { kind: "emergency" }],
  ])("of %s in stage %i, with %j", (person, open, more, turn) => {
    expect(turnOf(policy, open, `p_${person}`, signed("", more))).toEqual(turn);
  });
});

describe("the place of a signature", () => {
  const named = (seats: ReadonlyMap<string, string>) =>
    Object.fromEntries([...seats].map(([id, seat]) => [NAMES.get(id), seat]));

  it.each<[approvals: string, seats: Record<string, string>]>([
    ["ana 1", { ana: "finance" }],
    ["ana 1, bo 1, cy 2", { ana: "finance", bo: "finance", cy: "security" }],
    ["ana 1, bo 1, cy 2, eve 2", { ana: "finance", bo: "finance", cy: "security", eve: "eve" }],
  ])("after %j", (approvals, seats) => {
    expect(named(seatNames(policy, signed(approvals)))).toEqual(seats);
  });

  it("is not known before the stage is met, if it could be one of two", () => {
    const two: Policy = {
      ...policy,
      escalations: [],
      stages: [{ name: "", needs: [need(1, "ana bo", "finance"), need(1, "ana cy", "security")] }],
    };
    expect([...seatNames(two, signed("ana 1"))]).toEqual([]);
    expect(named(seatNames(two, signed("ana 1, bo 1")))).toEqual({
      ana: "security",
      bo: "finance",
    });
  });
});

describe("the next escalation", () => {
  it.each<[stage: number, elapsed: number, at: number | undefined]>([
    [1, 0, 60],
    [1, 59_999, 60],
    [1, 60_000, undefined],
    [2, 60_000, 90],
  ])("of stage %i after %i ms", (stage, elapsed, at) =>
    expect(nextEscalation(policy, stage, elapsed)).toBe(at),
  );
});
