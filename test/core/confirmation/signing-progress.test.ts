import { describe, expect, it } from "vitest";
import type { Confirmation, Vote } from "../../../src/core/confirmation/decision.ts";
import { firstSignatureText, signingProgress } from "../../../src/core/confirmation/signing-progress.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import type { Need } from "../../../src/core/policy/seats.ts";
import {
  anyOf,
  confirmation,
  later,
  MINUTE,
  needing,
  person,
  policy,
  stages,
  T0,
  vote,
} from "../../support/confirmation-state.ts";

// What a program reads of the signatures of its request, in figures and in words.

const group = (name: string, count: number, ...of: string[]): Need => ({ ...anyOf(count, ...of), name });
const BOTH = needing([group("finance", 1, "ana", "bo"), group("security", 1, "cy", "dan")]);
const USERNAMES = new Map(["ana", "bo", "cy", "dan"].map((name) => [name, name]));
const at = (state: Confirmation, some: Policy = BOTH, minutes = 1, isUnderPolicy = true) =>
  signingProgress(some, state, isUnderPolicy, { usernames: USERNAMES, now: T0 + minutes * MINUTE });
const signedBy = (...votes: Vote[]) => confirmation({ votes });
const decided = (status: "approved" | "rejected", ...votes: Vote[]) =>
  confirmation({ status, votes, decidedAt: T0 + MINUTE });

describe("a request that waits for people", () => {
  it.each<[what: string, progress: ReturnType<typeof at>, asked: string, figures: number[], text: string]>([
    [
      "nobody has signed",
      at(signedBy()),
      "ana bo cy dan",
      [0, 2],
      "0 of 2 signatures: one of finance (ana or bo) and one of security (cy or dan) are asked until",
    ],
    [
      "one has",
      at(signedBy(vote("bo"))),
      "cy dan",
      [1, 2],
      "1 of 2 signatures: finance has signed, one of security (cy or dan) is asked until",
    ],
    [
      "two of a group have",
      at(signedBy(vote("ana"), vote("bo")), needing([group("finance", 3, "ana", "bo", "cy", "dan")])),
      "cy dan",
      [2, 3],
      "2 of 3 signatures: two of finance have signed, one of finance (cy or dan) is asked until",
    ],
    [
      "people are named",
      at(signedBy(vote("ana")), needing([person("ana"), person("cy")])),
      "cy",
      [1, 2],
      "1 of 2 signatures: ana has signed, cy is asked until",
    ],
    [
      "the second stage is open",
      at(signedBy(vote("ana")), policy({ stages: stages([person("ana")], [person("bo")]) })),
      "bo",
      [1, 2],
      "1 of 2 signatures: ana has signed, bo is asked until",
    ],
    [
      "somebody rejected, which does not end it",
      at(signedBy(vote("bo", "reject")), { ...BOTH, rejection: "impossible" }),
      "ana cy dan",
      [0, 2],
      "0 of 2 signatures: one of finance (ana) and",
    ],
    [
      "a signature stopped counting",
      at(signedBy(vote("bo", "approve", false))),
      "ana bo cy dan",
      [0, 2],
      "0 of 2",
    ],
  ])("says so when %s", (_what, progress, asked, [have, need], text) => {
    expect([progress.waitingFor, progress.asked.toSorted().join(" ")]).toEqual(["people", asked]);
    expect(progress.progress).toEqual({ have, need });
    expect(progress.text).toContain(text);
    expect(progress.text).toMatch(/(until \d\d:\d\d UTC\.)$/);
  });

  it("asks those of an escalation, too, once it is reached", () => {
    const some = { ...BOTH, escalations: [later(300, [person("dan")])] };
    expect(at(signedBy(), some, 4).asked).toHaveLength(4);
    const after = at(signedBy(vote("bo")), some, 6);
    expect([after.asked.toSorted(), after.progress]).toEqual([["cy", "dan"], { have: 1, need: 2 }]);
  });

  it("names the date if it is not today's", () => {
    expect(firstSignatureText("ana", T0 + 48 * 60 * MINUTE, T0)).toMatch(
      / until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/,
    );
  });
});

describe("an outcome that is not in the log", () => {
  const APPROVED = decided("approved", vote("bo"), vote("cy"));
  const REJECTED = decided("rejected", vote("bo"), vote("cy", "reject"));

  it("reads as decided, and not how", () => {
    const [approved, rejected] = [at(APPROVED), at(REJECTED)];
    expect(approved).toEqual(rejected);
    expect(approved).toMatchObject({ asked: [], progress: { have: 1, need: 2 }, waitingFor: "log" });
    expect(approved.text).toContain("written to the log");
  });

  it.each(["approved", "rejected"] as const)(
    "of one named person reads as before the decision to be %s",
    (status) => {
      const some = needing([person("ana")]);
      const votes = [vote("ana", status === "approved" ? "approve" : "reject")];
      expect(at(decided(status, ...votes), some, 2, false)).toEqual(at(signedBy(), some, 2, false));
    },
  );

  it("shows everything once it is there", () => {
    expect(at({ ...APPROVED, sealed: true })).toMatchObject({
      asked: [],
      progress: { have: 2, need: 2 },
      waitingFor: null,
      text: "",
    });
    expect(at(confirmation({ status: "expired", decidedAt: T0 + MINUTE })).waitingFor).toBe(null);
  });
});
