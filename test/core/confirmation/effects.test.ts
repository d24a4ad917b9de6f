import { describe, expect, it } from "vitest";
import {
  decide,
  visibleStatus,
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
  needing,
  person,
  rejects,
  T0,
  vote,
} from "../../support/confirmation-state.ts";

// What each step asks the service to do besides storing the state, in full.

const rules = needing([anyOf(1, "ana", "bo")], {
  excludeRequester: true,
  escalations: [later(300, [anyOf(1, "bo", "cy")])],
  breakGlass: ["dan"],
});
const sealed = (outcome: string) => [{ kind: "seal", record: outcome }];
const notify = (...people: string[]) => [{ kind: "notify", people }];

describe("the effects of", () => {
  const approved = { status: "approved", decidedAt: T0, sealed: true } as const;
  const rows: [string, Partial<Confirmation>, Input, number, readonly object[]][] = [
    ["an approval", {}, approves("ana"), 1, sealed("approved")],
    ["a rejection", {}, rejects("ana"), 1, sealed("rejected")],
    ["a cancellation", {}, { kind: "cancel" }, 1, sealed("cancelled")],
    ["the expiry", {}, { kind: "tick" }, 900_000, sealed("expired")],
    ["a use", approved, { kind: "consume", payloadHash: HASH }, 1, sealed("consumed")],
    // Nobody is told twice, and nobody who may not sign.
    ["an escalation", {}, { kind: "tick" }, 300_000, notify("cy")],
    ["an escalation to the requester alone", { requester: "cy" }, { kind: "tick" }, 300_000, []],
    [
      "an emergency approval: nobody hears of it before it is sealed",
      {},
      { kind: "override", person: "dan", reason: "fire" },
      1,
      sealed("break-glass"),
    ],
  ];
  it.each(rows)("%s", (_name, more, input, elapsed, expected) => {
    const change = expectOk(decide(rules, confirmation(more), input, T0 + elapsed));
    expect(change.effects).toEqual(expected);
    expect(change.at).toBe(T0 + elapsed);
  });
});

describe("the state after", () => {
  const approved = { status: "approved", decidedAt: T0, sealed: true } as const;
  const rows: [string, Partial<Confirmation>, Input, number, Partial<Confirmation>][] = [
    [
      "an approval",
      {},
      approves("ana"),
      7,
      {
        status: "approved",
        decidedAt: T0 + 7,
        votes: [{ person: "ana", vote: "approve", stage: 1, at: T0 + 7, counts: true }],
      },
    ],
    [
      "an emergency approval",
      {},
      { kind: "override", person: "dan", reason: "fire" },
      7,
      { status: "approved", decidedAt: T0 + 7, overriddenBy: "dan" },
    ],
    ["an escalation", {}, { kind: "tick" }, 300_000, { escalated: 1 }],
    ["the expiry", {}, { kind: "tick" }, 900_000, { status: "expired", decidedAt: T0 + 900_000 }],
    ["a use", approved, { kind: "consume", payloadHash: HASH }, 7, { ...approved, consumedAt: T0 + 7 }],
  ];
  it.each(rows)("%s", (_name, more, input, elapsed, expected) => {
    const change = expectOk(decide(rules, confirmation(more), input, T0 + elapsed));
    expect(change.state).toEqual(confirmation(expected));
  });
});

it.each([
  ["pending", false, "pending"],
  ["approved", false, "pending"],
  ["approved", true, "approved"],
  ["rejected", false, "pending"],
  ["rejected", true, "rejected"],
  ["expired", false, "expired"],
  ["cancelled", false, "cancelled"],
] as const)("a requester sees %s (in the log: %s) as %s", (status, isSealed, visible) => {
  expect(visibleStatus(confirmation({ status, sealed: isSealed }))).toBe(visible);
});

it.each([
  ["pending", false, "the request is pending, not approved; wait for the decision"],
  ["approved", false, "the request is pending, not approved; wait for the decision"],
  ["rejected", true, "the request is rejected, not approved; request a new approval"],
  ["expired", true, "the request is expired, not approved; request a new approval"],
] as const)("a use while %s (in the log: %s) says what to do", (status, isSealed, detail) => {
  const state = confirmation({ status, sealed: isSealed, decidedAt: T0 });
  const used = decide(rules, state, { kind: "consume", payloadHash: HASH }, T0);
  expect(used).toMatchObject({ refusal: { code: "not_approved", detail } });
});

it("a rejection ends a request for everybody's approval only if the rest cannot meet it, also later", () => {
  const patient = needing([anyOf(2, "ana", "bo")], {
    rejection: "impossible",
    excludeRequester: true,
    escalations: [later(300, [person("cy")])],
  });
  const ended = (more: Partial<Confirmation>) =>
    expectOk(decide(patient, confirmation(more), rejects("ana"), T0)).state.status;
  expect(ended({})).toBe("pending");
  expect(ended({ requester: "cy" })).toBe("rejected");
  expect(ended({ votes: [vote("cy", "reject")] })).toBe("rejected");
  expect(ended({ votes: [vote("cy", "reject", false)] })).toBe("pending");
});
