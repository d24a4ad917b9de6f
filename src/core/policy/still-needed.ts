import { openStage, waysOf, type Approvals, type Policy } from "./policy.ts";
import { missingPlaces, seatPeople, type Need } from "./seats.ts";

/** So many more people of a need. */
export type NeededPeople = Pick<Need, "name" | "count">;

/** Who is missing in the open stage, by the way in which the fewest people are; empty if the policy is met. */
export function stillNeeded(
  policy: Policy,
  approvals: Approvals,
  elapsedMilliseconds: number,
): readonly Need[] {
  const stage = openStage(policy, approvals, elapsedMilliseconds);
  const people = new Set([...approvals].flatMap(([person, of]) => (of === stage ? [person] : [])));
  const ways = waysOf(policy, stage, elapsedMilliseconds);
  const [best = []] = ways.toSorted(
    (one, other) => missingPlaces(one, people) - missingPlaces(other, people),
  );
  const seats = [...seatPeople(best, people).values()];
  return best.flatMap((need, index) => {
    const missing = need.count - seats.filter((place) => place === index).length;
    return missing === 0 ? [] : [{ ...need, count: missing }];
  });
}
