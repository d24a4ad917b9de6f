import {
  id,
  EXECUTE_WITHIN_MAX_SECONDS,
  EXPIRES_MAX_SECONDS,
  EXPIRES_MIN_SECONDS,
  NAME_MAX_CHARACTERS,
} from "../confirmation/statement.ts";
import { toHex } from "../encoding/bytes.ts";
import { HASH_BYTES } from "../encoding/hash.ts";
import { hashOfJson } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import { refuse, type Result } from "../refusal.ts";
import { missingPlaces, placesOf, seatPeople, type Need } from "./seats.ts";

// Who must sign a request. A request keeps its policy unchanged, and people sign the policy's hash. So a policy names
// people by their ids and not by groups, whose members could change.

export const POLICY_MAX_STAGES = 4;
/** In one stage. */
export const POLICY_MAX_NEEDS = 8;
/** In all stages. */
export const POLICY_MAX_SEATS = 64;
/** In all needs and for emergencies. Each may sign, and a record holds no more signatures. */
export const POLICY_MAX_PEOPLE = 64;
/** Names in all lists of people. Nine lists with everybody and the emergencies, as a policy is part of each receipt. */
export const POLICY_MAX_MENTIONS = 10 * POLICY_MAX_PEOPLE;
export const POLICY_MAX_ESCALATIONS = 8;
/** The groups that a policy document may name: as many as there may be people. */
export const POLICY_MAX_GROUPS = 64;
export const ESCALATION_MAX_SECONDS = EXPIRES_MAX_SECONDS;

export const needShape = shape.object({
  /** The group or role that these people were, for the reader. */
  name: shape.text(NAME_MAX_CHARACTERS),
  count: shape.integer(1, POLICY_MAX_SEATS),
  of: shape.list(id, POLICY_MAX_PEOPLE, 1),
});
const needs = shape.list(needShape, POLICY_MAX_NEEDS, 1);
const hash = shape.hex(HASH_BYTES);

export const policyShape = shape.object({
  v: shape.literal(2),
  kind: shape.literal("countersign/policy"),
  name: shape.text(NAME_MAX_CHARACTERS),
  /** Met one after the other. The needs of a stage are met together, by different people. */
  stages: shape.list(shape.object({ name: shape.text(NAME_MAX_CHARACTERS), needs }), POLICY_MAX_STAGES, 1),
  /** So many seconds after the request, these needs are enough for the stage as well. In ascending order. */
  escalations: shape.list(
    shape.object({
      afterSeconds: shape.integer(1, ESCALATION_MAX_SECONDS),
      stage: shape.integer(1, POLICY_MAX_STAGES),
      needs,
    }),
    POLICY_MAX_ESCALATIONS,
  ),
  /** No escalation lets fewer people than this approve. */
  minimum: shape.integer(1, POLICY_MAX_SEATS),
  /** The requester may not sign. */
  excludeRequester: shape.boolean,
  /** `first`: one rejection ends the request. `impossible`: it ends when the policy can no longer be met. */
  rejection: shape.oneOf("first", "impossible"),
  /** Who may decide alone in an emergency, with a reason and a notice to all approvers. */
  breakGlass: shape.list(id, POLICY_MAX_PEOPLE),
  authenticator: shape.oneOf("any", "device-bound"),
  /** A request is open for no longer than this; null for the general limit. */
  expiresInSeconds: shape.nullable(shape.integer(EXPIRES_MIN_SECONDS, EXPIRES_MAX_SECONDS)),
  /** An approval must be used within this time; null for no limit. */
  executeWithinSeconds: shape.nullable(shape.integer(1, EXECUTE_WITHIN_MAX_SECONDS)),
  /** Whether its notices wait for the end of quiet hours. */
  quietHours: shape.oneOf("kept", "overridden"),
  /** How the request came to this policy; null only for a change of the directory, whose signers follow from the change. */
  chosen: shape.nullable(
    shape.object({
      /** The last change of the directory at that moment. */
      seq: shape.integer(),
      /** Hash of the rules in force. */
      rules: shape.nullable(hash),
      /** The rule that matched; empty if none did, or without rules. */
      rule: shape.text(NAME_MAX_CHARACTERS),
      /** Hash of the policy document; null if the person whom the request names decides alone. */
      document: shape.nullable(hash),
      /** Hashes of the groups that it names, sorted. */
      groups: shape.list(hash, POLICY_MAX_GROUPS),
    }),
  ),
});

export type Policy = shape.ShapeOf<typeof policyShape>;
export type Chosen = NonNullable<Policy["chosen"]>;

/** The stage for which each approval was signed, counted from 1, by person. */
export type Approvals = ReadonlyMap<string, number>;

export function parsePolicy(value: JsonValue): Result<Policy> {
  const matched = shape.matchShape(policyShape, value);
  if (!matched.ok) return matched;
  const failure = policyFailure(matched.value);
  return failure === undefined ? matched : refuse("policy_invalid", failure);
}

function policyFailure(policy: Policy): string | undefined {
  const { stages, escalations, minimum, breakGlass } = policy;
  if (escalations.some(({ stage }) => stage > stages.length))
    return "an escalation is of a stage that is not there";
  if (!isAscending(escalations)) return "escalations must be in ascending order of time, then of stage";
  const ways = stages.map((_, index) => waysOf(policy, index + 1, Number.POSITIVE_INFINITY));
  const lists = [...ways.flat(2).map(({ of }) => of), breakGlass];
  if (lists.some((people) => new Set(people).size < people.length)) return "a need names a person twice";
  if (lists.flat().length > POLICY_MAX_MENTIONS) return `more than ${POLICY_MAX_MENTIONS} names in its lists`;
  if (new Set(lists.flat()).size > POLICY_MAX_PEOPLE) return `more than ${POLICY_MAX_PEOPLE} people in all`;
  const most = ways.map((some) => Math.max(...some.map(placesOf)));
  if (sumOf(most) > POLICY_MAX_SEATS) return `more than ${POLICY_MAX_SEATS} seats`;
  const fewest = ways.map((some) => Math.min(...some.map(placesOf)));
  if (sumOf(fewest) < minimum) return `fewer people than its minimum of ${minimum} could approve`;
  const canBeMet =
    canFill(stages.map((stage) => stage.needs)) &&
    escalations.every((escalation) => canFill([escalation.needs]));
  return canBeMet ? undefined : "cannot be met even if everyone it names signs";
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function isAscending(escalations: Policy["escalations"]): boolean {
  return escalations.every(({ afterSeconds, stage }, index) => {
    const earlier = escalations[index - 1];
    if (earlier === undefined || earlier.afterSeconds < afterSeconds) return true;
    return earlier.afterSeconds === afterSeconds && earlier.stage < stage;
  });
}

/** Whether different people could fill every place of these stages. */
function canFill(stages: readonly (readonly Need[])[]): boolean {
  const all = stages.flat();
  const people = new Set(all.flatMap(({ of }) => of));
  // Most ways that cannot be met have too few people, which needs no search.
  return placesOf(all) <= people.size && missingPlaces(all, people) === 0;
}

export function policyHash(policy: Policy): string {
  return toHex(hashOfJson(policy));
}

/** For a request that names one person and no policy. That person may be the requester. */
export function singleApproverPolicy(person: string): Policy {
  return {
    v: 2,
    kind: "countersign/policy",
    name: "",
    stages: [{ name: "", needs: [{ name: "", count: 1, of: [person] }] }],
    escalations: [],
    minimum: 1,
    excludeRequester: false,
    rejection: "first",
    breakGlass: [],
    authenticator: "any",
    expiresInSeconds: null,
    executeWithinSeconds: null,
    quietHours: "kept",
    chosen: null,
  };
}

/** The needs any of which meet this stage after this time: its own and those of the escalations reached. */
export function waysOf(
  { stages, escalations }: Pick<Policy, "stages" | "escalations">,
  stage: number,
  elapsedMilliseconds: number,
): readonly (readonly Need[])[] {
  const reached = escalations.filter(
    (escalation) => escalation.stage === stage && elapsedMilliseconds >= escalation.afterSeconds * 1_000,
  );
  return [stages[stage - 1]?.needs ?? [], ...reached.map((escalation) => escalation.needs)];
}

/** How many escalations are reached after this time. */
export function reachedEscalations({ escalations }: Policy, elapsedMilliseconds: number): number {
  return escalations.filter(({ afterSeconds }) => elapsedMilliseconds >= afterSeconds * 1_000).length;
}

/** The first stage that these approvals do not meet after this time; one more than there are if they meet all. */
export function openStage(policy: Policy, approvals: Approvals, elapsedMilliseconds: number): number {
  let stage = 1;
  while (stage <= policy.stages.length && missingInStage(policy, stage, approvals, elapsedMilliseconds) === 0)
    stage++;
  return stage;
}

/** Whether these approvals are enough after this time. */
export function isMet(policy: Policy, approvals: Approvals, elapsedMilliseconds: number): boolean {
  return openStage(policy, approvals, elapsedMilliseconds) > policy.stages.length;
}

function missingInStage(policy: Policy, stage: number, approvals: Approvals, elapsed: number): number {
  const people = approversOf(approvals, stage);
  return Math.min(...waysOf(policy, stage, elapsed).map((way) => missingPlaces(way, people)));
}

function approversOf(approvals: Approvals, stage: number): ReadonlySet<string> {
  return new Set([...approvals].flatMap(([person, of]) => (of === stage ? [person] : [])));
}

/** How many different people have approved, of how many that must. */
export interface Progress {
  readonly have: number;
  readonly need: number;
}

/** By the way in which the fewest people are missing. */
export function progressOf(policy: Policy, approvals: Approvals, elapsedMilliseconds: number): Progress {
  const stages = policy.stages.map((_, index): Progress => {
    const people = approversOf(approvals, index + 1);
    const ways = waysOf(policy, index + 1, elapsedMilliseconds).map((way) => {
      const need = placesOf(way);
      return { have: need - missingPlaces(way, people), need };
    });
    return ways.reduce((best, way) => (way.need - way.have < best.need - best.have ? way : best));
  });
  return { have: sumOf(stages.map(({ have }) => have)), need: sumOf(stages.map(({ need }) => need)) };
}

/** Who may approve or reject in this stage after this time. Who has signed already may not sign again. */
export function whoMayVote(
  policy: Policy,
  stage: number,
  elapsedMilliseconds: number,
  requester: string | null,
): ReadonlySet<string> {
  const people = new Set(
    waysOf(policy, stage, elapsedMilliseconds).flatMap((way) => way.flatMap(({ of }) => of)),
  );
  if (policy.excludeRequester && requester !== null) people.delete(requester);
  return people;
}

/** Everyone whose signature may ever count, emergencies apart. */
export function everyoneIn(policy: Policy): ReadonlySet<string> {
  const all = [...policy.stages, ...policy.escalations].flatMap(({ needs: some }) => some);
  return new Set(all.flatMap(({ of }) => of));
}

/** Who may approve alone in an emergency. */
export function mayOverride(policy: Policy, person: string, requester: string | null): boolean {
  return policy.breakGlass.includes(person) && !(policy.excludeRequester && person === requester);
}

/** Whether these rejections end the request. */
export function isEndedByRejections(
  policy: Policy,
  approvals: Approvals,
  rejecters: ReadonlySet<string>,
  requester: string | null,
): boolean {
  const isAny = rejecters.size > 0;
  return isAny && (policy.rejection === "first" || !canStillBeMet(policy, approvals, rejecters, requester));
}

/**
 * Whether approvals of people who have not signed yet could complete these, now or after an escalation. Nobody counts in
 * two stages.
 */
export function canStillBeMet(
  policy: Policy,
  approvals: Approvals,
  rejecters: ReadonlySet<string>,
  requester: string | null,
): boolean {
  const isOut = (person: string) =>
    rejecters.has(person) || (policy.excludeRequester && person === requester);
  const choices = policy.stages.map((_, index) =>
    waysOf(policy, index + 1, Number.POSITIVE_INFINITY).map((way) =>
      way.map((need) => ({
        ...need,
        of: need.of.filter((person) => (approvals.get(person) ?? index + 1) === index + 1 && !isOut(person)),
      })),
    ),
  );
  // At most 3 x 3 x 3 x 3 combinations: eight escalations of four stages.
  const combinations = choices.reduce<readonly (readonly (readonly Need[])[])[]>(
    (some, ways) => some.flatMap((stages) => ways.map((way) => [...stages, way])),
    [[]],
  );
  return combinations.some(canFill);
}

/** Which need of the stage each of these approvers counts for, by the first way that they meet; undefined if they meet none. */
export function seatsIn(
  policy: Policy,
  stage: number,
  approvals: Approvals,
  elapsedMilliseconds: number,
): ReadonlyMap<string, Need> | undefined {
  const people = approversOf(approvals, stage);
  const way = waysOf(policy, stage, elapsedMilliseconds).find((some) => missingPlaces(some, people) === 0);
  if (way === undefined) return undefined;
  return new Map(
    [...seatPeople(way, people)].flatMap(([person, index]) => {
      const need = way[index];
      return need === undefined ? [] : [[person, need] as const];
    }),
  );
}
