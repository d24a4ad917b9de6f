import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parsePolicyDocument,
  type DocumentNeed,
  type Party,
} from "../../../src/core/policy/policy-document.ts";
import { canStillBeMet, parsePolicy } from "../../../src/core/policy/policy.ts";
import { resolvePolicy } from "../../../src/core/policy/resolve-policy.ts";
import {
  after,
  group,
  groupOf,
  member,
  organisation,
  person,
  policyDocument,
  role,
  stage,
} from "./support/documents.ts";

// A policy is refused exactly if nobody finds different people for all of its places, by trying all of them.

const NAMES = ["ana", "bo", "cy", "dee", "eve"];

const parties: fc.Arbitrary<Party> = fc.constantFrom(
  ...NAMES.slice(0, 3).map(person),
  group("finance"),
  group("security"),
  role("admin"),
);
const needs: fc.Arbitrary<readonly DocumentNeed[]> = fc.array(
  fc.record({
    count: fc.constantFrom(1, 1, 1, 2, 3),
    from: fc.uniqueArray(parties, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) }),
  }),
  { minLength: 1, maxLength: 2 },
);
const members = fc.tuple(
  ...NAMES.map((name) =>
    fc
      .tuple(
        fc.constantFrom("admin", "admin", "approver", "approver", "auditor"),
        fc.constantFrom(false, false, false, false, true),
      )
      .map(([memberRole, removed]) => member(name, memberRole, removed)),
  ),
);
const somePeople = fc.subarray(NAMES, { minLength: 2 });

const cases = fc.record({
  members,
  finance: somePeople,
  security: somePeople,
  stages: fc.array(needs, { minLength: 1, maxLength: 2 }),
  escalation: fc.option(needs, { nil: null }),
  excludeRequester: fc.boolean(),
  requester: fc.constantFrom(null, "id-ana", "id-bo"),
});

/** Whether somebody different can sit on each of these seats, given by who may. */
function canSeat(seats: readonly ReadonlySet<string>[], taken: readonly string[] = []): boolean {
  const [first, ...others] = seats;
  if (first === undefined) return true;
  return [...first].some((id) => !taken.includes(id) && canSeat(others, [...taken, id]));
}

describe("resolving a policy", () => {
  it("refuses exactly what different people can't fill", () => {
    let refused = 0;
    fc.assert(
      fc.property(cases, (one) => {
        const { stages, escalation, excludeRequester, requester } = one;
        const parsed = parsePolicyDocument(
          policyDocument({
            stages: stages.map((each) => stage(...each)),
            escalations: escalation === null ? [] : [after(60, 1, ...escalation)],
            excludeRequester,
          }),
        );
        fc.pre(parsed.ok);
        if (!parsed.ok) return;
        const groups = { finance: one.finance, security: one.security };
        const where = organisation(
          one.members,
          groupOf("finance", ...one.finance),
          groupOf("security", ...one.security),
        );
        const seatsOf = (list: readonly DocumentNeed[], excluded: string | null) =>
          list.flatMap(({ count, from }) => {
            const may = new Set(
              one.members.flatMap(({ id, username, role: memberRole, removed }) => {
                const isNamed = from.some((party) => {
                  if (party.kind === "person") return party.id === id;
                  if (party.kind === "role") return party.role === memberRole;
                  return groups[party.name as keyof typeof groups].includes(username ?? "");
                });
                return isNamed && removed !== true && memberRole !== "auditor" && id !== excluded ? [id] : [];
              }),
            );
            return Array.from({ length: count }, () => may);
          });
        const expected =
          canSeat(seatsOf(stages.flat(), excludeRequester ? requester : null)) &&
          (escalation === null || canSeat(seatsOf(escalation, null)));

        const resolved = resolvePolicy(parsed.value, where, requester, { seq: 1, rules: null, rule: "" });
        expect(resolved.ok).toBe(expected);
        if (!resolved.ok) {
          refused++;
          return;
        }
        expect(parsePolicy(resolved.value)).toEqual(resolved);
        expect(canStillBeMet(resolved.value, new Map(), new Set(), requester)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    // Both results are common enough to mean something.
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(900);
  });
});
