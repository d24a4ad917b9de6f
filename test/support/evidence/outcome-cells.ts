import type { Statement } from "../../../src/core/confirmation/statement.ts";
import type { Outcome } from "../../../src/core/stream/record.ts";

// The cells of the table outcome x votes x policy x time, as plain values.
//
// ann, bob and cat are asked from the start; eli only after an escalation; gus, hal and ann may decide alone in an
// emergency; ida is asked for nothing. ann is also the requester of some requests.

export const OUTCOMES: readonly Outcome[] = ["approved", "rejected", "break-glass", "expired", "cancelled"];
export const EXPIRES_MS = 900_000;

export interface Asked {
  readonly afterMs: number;
  readonly need: number;
  readonly of: readonly string[];
}

export interface Rules {
  readonly asked: readonly Asked[];
  readonly rejection: "first" | "impossible";
  readonly excludeRequester: boolean;
  readonly breakGlass: readonly string[];
}

export interface Vote {
  readonly by: string;
  readonly vote: Statement["vote"];
  readonly reason: string;
}

export interface Cell {
  readonly outcome: Outcome;
  readonly votes: readonly Vote[];
  /** Null for a request to one person. */
  readonly rules: Rules | null;
  /** The person who asked. */
  readonly requester: string | null;
  /** From the request to the record. */
  readonly elapsedMs: number;
}

const approve = (...people: readonly string[]) =>
  people.map((by): Vote => ({ by, vote: "approve", reason: "" }));
const reject = (...people: readonly string[]) =>
  people.map((by): Vote => ({ by, vote: "reject", reason: "" }));
const emergency = (...people: readonly string[]) =>
  people.map((by): Vote => ({ by, vote: "break-glass", reason: "site is down" }));
const because = (reason: string): Vote[] => [{ by: "gus", vote: "break-glass", reason }];

/** The votes of each column, by what they mean under most of the policies. */
export const VOTE_SETS: readonly (readonly [name: string, votes: readonly Vote[]])[] = [
  ["no vote", []],
  ["one approval", approve("ann")],
  ["one approval, enough after an escalation", approve("bob")],
  ["two approvals", approve("ann", "bob")],
  ["two approvals without the requester", approve("bob", "cat")],
  ["three approvals", approve("ann", "bob", "cat")],
  ["an approval by somebody asked only in an escalation", approve("eli")],
  ["such an approval beside an early one", approve("ann", "eli")],
  ["an approval by somebody not asked", approve("ida")],
  ["enough approvals and one by somebody not asked", approve("bob", "cat", "ida")],
  ["an approval by somebody who may only decide in an emergency", approve("gus")],
  ["one rejection", reject("ann")],
  ["one rejection by another person", reject("bob")],
  ["a rejection by somebody asked only in an escalation", reject("eli")],
  ["a rejection by somebody not asked", reject("ida")],
  ["two rejections", reject("ann", "bob")],
  ["two other rejections", reject("bob", "cat")],
  ["three rejections", reject("ann", "bob", "cat")],
  ["a rejection by everybody", reject("ann", "bob", "cat", "eli")],
  ["one approval and one rejection", [...approve("ann"), ...reject("bob")]],
  ["one approval and a rejection by the requester", [...approve("bob"), ...reject("ann")]],
  ["enough approvals and one rejection", [...approve("bob", "ann"), ...reject("cat")]],
  ["enough approvals and a rejection by the requester", [...approve("bob", "cat"), ...reject("ann")]],
  ["one approval and two rejections", [...approve("cat"), ...reject("ann", "bob")]],
  ["enough approvals and an escalated rejection", [...approve("bob", "cat"), ...reject("eli")]],
  ["an emergency approval", emergency("gus")],
  ["an emergency approval by the requester", emergency("ann")],
  ["an emergency approval by somebody not listed", emergency("ida")],
  ["an emergency approval by somebody who is only asked", emergency("bob")],
  ["an emergency approval without a reason", because("")],
  ["an emergency approval with white space as its reason", because("\u3000\t\u2028 ")],
  ["two emergency approvals", emergency("gus", "hal")],
  ["two emergency approvals, one of them not allowed", emergency("gus", "ida")],
  ["an emergency approval beside too few approvals", [...emergency("gus"), ...approve("ann")]],
  ["an emergency approval beside enough approvals", [...emergency("gus"), ...approve("bob", "cat")]],
  ["an emergency approval after one approval that suffices late", [...approve("bob"), ...emergency("gus")]],
  ["an emergency approval beside a rejection", [...emergency("gus"), ...reject("ann")]],
  ["an emergency approval beside three rejections", [...emergency("gus"), ...reject("ann", "bob", "cat")]],
  ["an emergency approval beside a rejection not asked for", [...emergency("gus"), ...reject("ida")]],
  ["the same person twice", approve("bob", "bob")],
  ["enough people, one of them twice", approve("bob", "cat", "bob")],
  ["approval and rejection by one person", [...approve("bob"), ...reject("bob")]],
  ["approval and emergency approval by one person", [...approve("ann"), ...emergency("ann")]],
];

const ONE_OF_TWO: Asked = { afterMs: 0, need: 1, of: ["ann", "bob"] };
const TWO_OF_THREE: Asked = { afterMs: 0, need: 2, of: ["ann", "bob", "cat"] };
const NO_ESCALATION: readonly Asked[] = [];
const ONE_ESCALATION: readonly Asked[] = [{ afterMs: 600_000, need: 1, of: ["bob", "eli"] }];
const TWO_ESCALATIONS: readonly Asked[] = [
  { afterMs: 300_000, need: 1, of: ["bob"] },
  { afterMs: 600_000, need: 2, of: ["eli", "cat"] },
];
/** It would be reached just when the request has expired, so it never is. */
const TOO_LATE: readonly Asked[] = [{ afterMs: EXPIRES_MS, need: 1, of: ["bob", "eli"] }];

/** Who asked, under which rules. */
export interface Row {
  readonly name: string;
  readonly rules: Rules | null;
  readonly requester: string | null;
}

const BREAK_GLASS = ["gus", "hal", "ann"];
const THRESHOLDS = [
  ["1 of 2", ONE_OF_TWO],
  ["2 of 3", TWO_OF_THREE],
] as const;
const ESCALATIONS = [
  ["no escalation", NO_ESCALATION],
  ["one escalation", ONE_ESCALATION],
  ["two escalations", TWO_ESCALATIONS],
  ["an escalation after the expiry", TOO_LATE],
] as const;
/** Asked by ann or somebody unknown, and whether the requester may not sign. */
const ASKED_BY: readonly (readonly [name: string, requester: string | null, excludeRequester: boolean])[] = [
  ["asked by ann", "ann", false],
  ["asked by ann, who is excluded", "ann", true],
];

export const ROWS: readonly Row[] = [
  { name: "no policy", rules: null, requester: null },
  { name: "no policy, asked by ann", rules: null, requester: "ann" },
  ...THRESHOLDS.flatMap(([threshold, first]) =>
    (["first", "impossible"] as const).flatMap((rejection) => {
      const rules = { asked: [first], rejection, excludeRequester: false, breakGlass: BREAK_GLASS };
      const name = `${threshold}, ${rejection}`;
      return [
        { name: `${name}, no break-glass`, rules: { ...rules, breakGlass: [] }, requester: null },
        {
          name: `${name}, nobody to exclude`,
          rules: { ...rules, excludeRequester: true },
          requester: null,
        },
        ...ESCALATIONS.flatMap(([escalated, later]) =>
          ASKED_BY.map(([asked, requester, excludeRequester]) => ({
            name: `${name}, ${escalated}, ${asked}`,
            rules: { ...rules, asked: [first, ...later], excludeRequester },
            requester,
          })),
        ),
      ];
    }),
  ),
];

export function rulesOf(row: string): Rules | null {
  const found = ROWS.find(({ name }) => name === row);
  if (found === undefined) throw new RangeError(`no row "${row}"`);
  return found.rules;
}

export function votesOf(set: string): readonly Vote[] {
  const found = VOTE_SETS.find(([name]) => name === set);
  if (found === undefined) throw new RangeError(`no votes "${set}"`);
  return found[1];
}

/** Soon after the request, just before and at each escalation, and around the expiry. */
export function timesOf(rules: Rules | null): readonly number[] {
  const later = rules?.asked.slice(1).flatMap(({ afterMs }) => [afterMs - 1, afterMs]) ?? [];
  return [10_000, ...later, EXPIRES_MS - 1, EXPIRES_MS, EXPIRES_MS + 1];
}
