import { toHex } from "../encoding/bytes.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import { accept, refuse, type Result } from "../refusal.ts";
import * as shape from "../encoding/shape.ts";
import { id, NAME_MAX_CHARACTERS } from "./statement.ts";

// Who must sign. A request keeps its policy unchanged, and people sign the policy's hash. So a policy names
// people by their ids and not by groups, whose members could change.

const POLICY_MAX_DEPTH = 4;
/** A seat is one mention of a person in the tree. */
export const POLICY_MAX_SEATS = 64;
/** In all requirements and for emergencies. Each may sign, and a record holds no more signatures. */
export const POLICY_MAX_PEOPLE = 64;
/** Ways to assign people with several seats to one of them. At worst all are tried, so this limits the work. */
const POLICY_MAX_SEATINGS = 4_096;
const POLICY_MAX_ESCALATIONS = 8;
const ESCALATION_MAX_SECONDS = 30 * 24 * 3_600;

/** One person, or `threshold` of several requirements. */
export type Requirement =
  | { readonly kind: "person"; readonly person: string }
  | {
      readonly kind: "quorum";
      readonly name: string;
      readonly threshold: number;
      readonly of: readonly Requirement[];
    };

export const requirement: shape.Shape<Requirement> = shape.lazy(() =>
  shape.variant("kind", {
    person: shape.object({ kind: shape.literal("person"), person: id }),
    quorum: shape.object({
      kind: shape.literal("quorum"),
      name: shape.text(NAME_MAX_CHARACTERS),
      threshold: shape.integer(1, POLICY_MAX_SEATS),
      of: shape.list(requirement, POLICY_MAX_SEATS, 1),
    }),
  }),
);

export const policyShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/policy"),
  name: shape.text(NAME_MAX_CHARACTERS),
  require: requirement,
  /** The requester may not sign. */
  excludeRequester: shape.boolean,
  /** `first`: one rejection ends the request. `impossible`: it ends when the policy can no longer be met. */
  rejection: shape.oneOf("first", "impossible"),
  /** After this many seconds, these signatures are enough as well. In ascending order. */
  escalations: shape.list(
    shape.object({ afterSeconds: shape.integer(1, ESCALATION_MAX_SECONDS), require: requirement }),
    POLICY_MAX_ESCALATIONS,
  ),
  /** Who may decide alone in an emergency, with a reason and a notice to all approvers. */
  breakGlass: shape.list(id, POLICY_MAX_SEATS),
  authenticator: shape.oneOf("any", "device-bound"),
});

export type Policy = shape.ShapeOf<typeof policyShape>;

export function parsePolicy(value: JsonValue): Result<Policy> {
  const matched = matchWithinDepth(value);
  if (!matched.ok) return matched;
  const policy = matched.value;
  const trees = requirementsAfter(policy, Number.POSITIVE_INFINITY);
  for (const tree of trees) {
    const seats = seatsOf(tree);
    if (seats.length > POLICY_MAX_SEATS)
      return refuse("policy_invalid", `more than ${POLICY_MAX_SEATS} seats`);
    if (seatingCount(seats) > POLICY_MAX_SEATINGS) {
      return refuse("policy_invalid", "too many people are named more than once");
    }
    if (!isSatisfied(tree, new Set(seats))) {
      return refuse("policy_invalid", "cannot be met even if everyone it names signs");
    }
  }
  const people = new Set([...peopleOf(trees), ...policy.breakGlass]);
  if (people.size > POLICY_MAX_PEOPLE)
    return refuse("policy_invalid", `more than ${POLICY_MAX_PEOPLE} people in all`);
  const times = policy.escalations.map((escalation) => escalation.afterSeconds);
  if (times.some((time, index) => index > 0 && time <= (times[index - 1] ?? 0))) {
    return refuse("policy_invalid", "escalations must be in ascending order of time");
  }
  return accept(policy);
}

export function policyHash(policy: Policy): string {
  return toHex(hashOfJson(policy));
}

/** For a request that names one person and no policy. That person may be the requester. */
export function singleApproverPolicy(person: string): Policy {
  return {
    v: 1,
    kind: "countersign/policy",
    name: "",
    require: { kind: "person", person },
    excludeRequester: false,
    rejection: "first",
    escalations: [],
    breakGlass: [],
    authenticator: "any",
  };
}

/** The requirements that apply after this time, any of which is enough: the policy's own and those of the escalations reached. */
export function requirementsAfter(policy: Policy, elapsedMilliseconds: number): readonly Requirement[] {
  const reached = policy.escalations.filter(
    ({ afterSeconds }) => elapsedMilliseconds >= afterSeconds * 1_000,
  );
  return [policy.require, ...reached.map((escalation) => escalation.require)];
}

/** Who may approve or reject after this time: everybody whom a requirement reached so far names. */
export function whoMayVote(
  policy: Policy,
  elapsedMilliseconds: number,
  requester: string | null,
): ReadonlySet<string> {
  const people = new Set(peopleOf(requirementsAfter(policy, elapsedMilliseconds)));
  if (policy.excludeRequester && requester !== null) people.delete(requester);
  return people;
}

/** Whether these approvals are enough after this time. */
export function isMet(policy: Policy, approvers: ReadonlySet<string>, elapsedMilliseconds: number): boolean {
  return requirementsAfter(policy, elapsedMilliseconds).some((tree) => isSatisfied(tree, approvers));
}

/** Who may approve alone in an emergency. */
export function mayOverride(policy: Policy, person: string, requester: string | null): boolean {
  return policy.breakGlass.includes(person) && !(policy.excludeRequester && person === requester);
}

/** Whether these rejections end the request. */
export function isEndedByRejections(
  policy: Policy,
  rejecters: ReadonlySet<string>,
  requester: string | null,
): boolean {
  const isAny = rejecters.size > 0;
  return isAny && (policy.rejection === "first" || !canBeMetWithout(policy, rejecters, requester));
}

/** Whether approvals of everybody but the rejecters would be enough, now or after an escalation. */
export function canBeMetWithout(
  policy: Policy,
  rejecters: ReadonlySet<string>,
  requester: string | null,
): boolean {
  const everyone = whoMayVote(policy, Number.POSITIVE_INFINITY, requester);
  const remaining = new Set([...everyone].filter((person) => !rejecters.has(person)));
  return isMet(policy, remaining, Number.POSITIVE_INFINITY);
}

/** Everyone whose signature can count under these requirements. */
export function peopleOf(requirements: readonly Requirement[]): ReadonlySet<string> {
  return new Set(requirements.flatMap(seatsOf));
}

/**
 * Whether these people meet the requirement if each of them takes one seat only. With "one of finance and one
 * of security", a person in both groups still needs a second person.
 */
export function isSatisfied(tree: Requirement, signed: ReadonlySet<string>): boolean {
  const seats = seatsOf(tree);
  // A person with several seats keeps all of them until one is chosen.
  const taken = seats.map((person) => signed.has(person));
  const choices = [...new Set(seats)].flatMap((person) => {
    const own = seats.flatMap((name, seat) => (name === person ? [seat] : []));
    return own.length > 1 && signed.has(person) ? [own] : [];
  });
  const tryFrom = (index: number): boolean => {
    // A further choice only gives up seats. So most choices are never tried.
    if (!isMetWith(tree, taken, { next: 0 })) return false;
    const own = choices[index];
    if (own === undefined) return true;
    const isFound = own.some((chosen) => {
      for (const seat of own) taken[seat] = seat === chosen;
      return tryFrom(index + 1);
    });
    for (const seat of own) taken[seat] = true;
    return isFound;
  };
  return tryFrom(0);
}

/** `taken` says of each seat, counted from the left, whether somebody sits there. It allocates nothing: it runs often. */
function isMetWith(tree: Requirement, taken: readonly boolean[], seats: { next: number }): boolean {
  if (tree.kind === "person") return taken[seats.next++] === true;
  let met = 0;
  // Walks every branch even if enough are met already, so that all seats are counted.
  for (const branch of tree.of) if (isMetWith(branch, taken, seats)) met++;
  return met >= tree.threshold;
}

function seatsOf(tree: Requirement): readonly string[] {
  return tree.kind === "person" ? [tree.person] : tree.of.flatMap(seatsOf);
}

function seatCounts(seats: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const person of seats) counts.set(person, (counts.get(person) ?? 0) + 1);
  return counts;
}

function seatingCount(seats: readonly string[]): number {
  return [...seatCounts(seats).values()].reduce((product, count) => product * count, 1);
}

function matchWithinDepth(value: JsonValue): Result<Policy> {
  // The JSON limits bound the recursion of the shape; a policy's own limit is lower.
  const matched = shape.matchShape(policyShape, value);
  if (!matched.ok) return matched;
  const trees = requirementsAfter(matched.value, Number.POSITIVE_INFINITY);
  return Math.max(...trees.map(depthOf)) > POLICY_MAX_DEPTH
    ? refuse("policy_invalid", `nested more than ${POLICY_MAX_DEPTH} levels deep`)
    : matched;
}

function depthOf(tree: Requirement): number {
  return tree.kind === "person" ? 0 : 1 + Math.max(...tree.of.map(depthOf));
}
