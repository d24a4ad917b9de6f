import { describe, expect, it } from "vitest";
import { outcomeFailure, policyFailure } from "../../../src/core/evidence/outcome-rules.ts";
import type { SignedRecord } from "../../../src/core/evidence/receipt.ts";
import { statementFailure } from "../../../src/core/evidence/signed-record.ts";
import type { Change } from "../../../src/core/stream/change-format.ts";
import {
  EXPIRES_MS,
  OUTCOMES,
  ROWS,
  rulesOf,
  timesOf,
  VOTE_SETS,
  votesOf,
  type Cell,
  type Row,
} from "../../support/evidence/outcome-cells.ts";
import { expectedFailures } from "../../support/evidence/outcome-oracle.ts";
import { CELL_RP, recordOf, sealedAs, type Deviation } from "../../support/evidence/outcome-records.ts";

// One case for each cell of the table of rules in web/docs/formats.md: outcome x votes x policy x time. The oracle
// states the table a second time, and each cell must fail exactly the checks that it names.

const OUTCOME_CHECKS = { policy: policyFailure, outcome: outcomeFailure };
/** All checks of the table. The others of a receipt rest on signatures. */
const CHECKS = {
  statement: (signed: SignedRecord) => statementFailure(signed, CELL_RP),
  ...OUTCOME_CHECKS,
};

function failuresOf(signed: SignedRecord, checks: Partial<typeof CHECKS> = CHECKS): string {
  return Object.entries(checks)
    .flatMap(([name, check]) => (check(signed) === undefined ? [] : [name]))
    .join(" ");
}

const statesOf = (rules: Cell["rules"]) =>
  timesOf(rules).flatMap((elapsedMs) => OUTCOMES.map((outcome) => ({ outcome, elapsedMs })));

/** The cells that the checks judge otherwise than the oracle. */
function wrongCells(votes: Cell["votes"], { rules, requester, name }: Row): readonly string[] {
  const first = recordOf({ outcome: "approved", votes, rules, requester, elapsedMs: 0 });
  return statesOf(rules).flatMap(({ outcome, elapsedMs }) => {
    const got = failuresOf(sealedAs(first, { outcome, elapsedMs }), OUTCOME_CHECKS);
    const expected = expectedFailures({ outcome, votes, rules, requester, elapsedMs });
    return got === expected ? [] : [`${outcome}, ${name}, after ${elapsedMs} ms: ${got}, not ${expected}`];
  });
}

describe("the verdict of every outcome, policy and time, with", () => {
  it.each(VOTE_SETS)("%s", (_name, votes) => {
    expect(ROWS.flatMap((row) => wrongCells(votes, row))).toEqual([]);
  });

  it("any votes: each outcome is accepted under some policy, and most cells are refused", () => {
    const cells = VOTE_SETS.flatMap(([, votes]) =>
      ROWS.flatMap(({ rules, requester }) =>
        statesOf(rules).map((state): Cell => ({ ...state, votes, rules, requester })),
      ),
    );
    const accepted = cells.filter((cell) => expectedFailures(cell) === "");
    expect(cells.length).toBeGreaterThan(39_000);
    expect(new Set(accepted.map(({ outcome }) => outcome))).toEqual(new Set(OUTCOMES));
    expect(accepted.length).toBeLessThan(cells.length / 5);
  });
});

const approval: Cell = {
  outcome: "approved",
  votes: [{ by: "ann", vote: "approve", reason: "" }],
  rules: null,
  requester: null,
  elapsedMs: 10_000,
};

describe("a vote", () => {
  const rows: readonly [name: string, deviation: Deviation, expected: string][] = [
    ["issued with the request", { issuedMs: 0 }, ""],
    ["issued before the request", { issuedMs: -1 }, "statement"],
    ["issued with the record", { issuedMs: 10_000 }, ""],
    ["issued after the record", { issuedMs: 10_001 }, "statement"],
  ];
  it.each(rows)("%s", (_name, deviation, expected) => {
    expect(failuresOf(recordOf(approval, deviation))).toBe(expected);
  });

  it.each([
    ["just before the expiry", EXPIRES_MS - 1, ""],
    ["at the expiry", EXPIRES_MS, "statement"],
    ["after the expiry", EXPIRES_MS + 1, "statement"],
  ])("issued %s", (_name, issuedMs, expected) => {
    const rules = rulesOf("2 of 3, first, no escalation, asked by ann");
    const partial: Cell = { ...approval, outcome: "expired", rules, elapsedMs: EXPIRES_MS + 1 };
    expect(failuresOf(recordOf(partial, { issuedMs }))).toBe(expected);
  });
});

describe("a change of the directory", () => {
  const person = { id: "person-ann", username: "ann" };
  const change = {
    v: 1,
    kind: "countersign/change",
    change: "role.changed",
    person,
    role: "admin",
  } satisfies Change;
  const rules = rulesOf("1 of 2, impossible, no escalation, asked by ann");
  const votes = {
    approved: votesOf("two approvals"),
    rejected: votesOf("two rejections"),
    "break-glass": votesOf("an emergency approval"),
    expired: [],
    cancelled: [],
  };
  /** The outcomes with these votes are right; only the type of the record decides. */
  const table: readonly [name: string, deviation: Deviation, accepted: string][] = [
    ["an ordinary decision", {}, "approved rejected break-glass expired cancelled"],
    ["a decision with a change as its content", { payload: { ...change } }, "rejected expired cancelled"],
    [
      "a decision with a misspelled change as its content",
      { payload: { ...change, role: "king" } },
      "approved rejected break-glass expired cancelled",
    ],
    [
      "a decision with its content withheld",
      { payload: null },
      "approved rejected break-glass expired cancelled",
    ],
    ["a change", { type: "role.changed", payload: { ...change } }, "approved"],
    ["a change with its content withheld", { type: "role.changed", payload: null }, "approved"],
  ];
  it.each(table)("%s", (_name, deviation, accepted) => {
    const verdicts = OUTCOMES.map((outcome) => {
      const elapsedMs = outcome === "expired" ? EXPIRES_MS : 10_000;
      const cell: Cell = { outcome, votes: votes[outcome], rules, requester: null, elapsedMs };
      expect(expectedFailures(cell)).toBe("");
      return [outcome, failuresOf(recordOf(cell, deviation))];
    });
    expect(verdicts).toEqual(
      OUTCOMES.map((outcome) => [outcome, accepted.split(" ").includes(outcome) ? "" : "outcome"]),
    );
  });
});
