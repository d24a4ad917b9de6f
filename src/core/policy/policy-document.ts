import {
  EXECUTE_WITHIN_MAX_SECONDS,
  EXPIRES_MAX_SECONDS,
  EXPIRES_MIN_SECONDS,
  id,
  username,
} from "../confirmation/statement.ts";
import { toHex } from "../encoding/bytes.ts";
import { canonicalBytes, hashOfJson } from "../encoding/jcs.ts";
import * as shape from "../encoding/shape.ts";
import type { JsonValue } from "../encoding/strict-json.ts";
import { refuse, type Result } from "../refusal.ts";
import {
  DOCUMENT_NAME,
  DOCUMENT_NAME_MAX_CHARACTERS,
  DOCUMENT_NAME_RULE,
  NAMED_PERSON,
} from "./document-name.ts";
import { LISTED_MAX_NAMES, partyName } from "./party-name.ts";
import {
  ESCALATION_MAX_SECONDS,
  POLICY_MAX_ESCALATIONS,
  POLICY_MAX_GROUPS,
  POLICY_MAX_NEEDS,
  POLICY_MAX_SEATS,
  POLICY_MAX_STAGES,
} from "./policy.ts";

// An organisation's rule of who must sign, under one name. A manager signs each version. It names people, groups and
// roles; a request that is made under it keeps the people of that moment.

/** Roles whose people may sign: all but the auditor's, who only reads. */
export const DECIDING_ROLES = ["owner", "admin", "developer", "approver"] as const;

/** A sentence names all of them. */
export const PARTIES_MAX = LISTED_MAX_NAMES;
export const STAGE_NAME_MAX_CHARACTERS = 60;

/** 4 KiB less than a payload, which a policy is a part of when people sign it. */
export const POLICY_DOCUMENT_MAX_BYTES = 60 * 1_024;

/** Empty, or in letters that nobody can mistake for others. */
const STAGE_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9 -]*[A-Za-z0-9])?)?$/;

const party = shape.variant("kind", {
  person: shape.object({ kind: shape.literal("person"), id, username }),
  group: shape.object({
    kind: shape.literal("group"),
    name: shape.text(DOCUMENT_NAME_MAX_CHARACTERS, 1),
  }),
  role: shape.object({ kind: shape.literal("role"), role: shape.oneOf(...DECIDING_ROLES) }),
});

const need = shape.object({
  /** How many different people must sign. */
  count: shape.integer(1, POLICY_MAX_SEATS),
  /** From all of these together. */
  from: shape.list(party, PARTIES_MAX, 1),
});
const needs = shape.list(need, POLICY_MAX_NEEDS, 1);

export const policyDocumentShape = shape.object({
  v: shape.literal(1),
  kind: shape.literal("countersign/policy-document"),
  name: shape.text(DOCUMENT_NAME_MAX_CHARACTERS, 1),
  /** One after the other. All needs of a stage must be filled, and nobody signs a request twice. */
  stages: shape.list(
    shape.object({ name: shape.text(STAGE_NAME_MAX_CHARACTERS), needs }),
    POLICY_MAX_STAGES,
    1,
  ),
  /** Counted from the request's creation: after this time, these needs are enough for their stage as well. */
  escalations: shape.list(
    shape.object({
      afterSeconds: shape.integer(1, ESCALATION_MAX_SECONDS),
      stage: shape.integer(1, POLICY_MAX_STAGES),
      needs,
    }),
    POLICY_MAX_ESCALATIONS,
  ),
  /** Never fewer people than this, whatever escalates. */
  minimum: shape.integer(1, POLICY_MAX_SEATS),
  /** The requester may not sign. */
  excludeRequester: shape.boolean,
  /** `first`: one rejection ends the request. `impossible`: it ends when the policy can no longer be met. */
  rejection: shape.oneOf("first", "impossible"),
  /** Who may decide alone in an emergency, with a reason and a notice to all approvers. */
  breakGlass: shape.list(party, PARTIES_MAX),
  authenticator: shape.oneOf("any", "device-bound"),
  /** A request under this policy is open for at most this long. */
  expiresInSeconds: shape.nullable(shape.integer(EXPIRES_MIN_SECONDS, EXPIRES_MAX_SECONDS)),
  /** An approval under this policy must be used within this time. */
  executeWithinSeconds: shape.nullable(shape.integer(1, EXECUTE_WITHIN_MAX_SECONDS)),
  /** Whether its notices are sent at any hour. */
  quietHours: shape.oneOf("kept", "overridden"),
});

export type Party = shape.ShapeOf<typeof party>;
export type DocumentNeed = shape.ShapeOf<typeof need>;
export type PolicyDocument = shape.ShapeOf<typeof policyDocumentShape>;

/** A policy that does not contradict itself. Whether its people can meet it is another question: see resolve-policy.ts. */
export function parsePolicyDocument(value: JsonValue): Result<PolicyDocument> {
  const matched = shape.matchShape(policyDocumentShape, value);
  if (!matched.ok) return matched;
  const policy = matched.value;
  const size = canonicalBytes(policy).length;
  if (size > POLICY_DOCUMENT_MAX_BYTES)
    return refuse(
      "policy_invalid",
      `has ${size} bytes; at most ${POLICY_DOCUMENT_MAX_BYTES} are allowed: name groups instead of people`,
      "",
    );
  const wrong =
    nameFailure(policy) ??
    needsFailure(policy) ??
    partiesFailure(policy) ??
    escalationFailure(policy) ??
    countsFailure(policy);
  return wrong === undefined ? matched : refuse("policy_invalid", wrong.detail, wrong.at);
}

export function policyDocumentHash(policy: PolicyDocument): string {
  return toHex(hashOfJson(policy));
}

/** Every list of parties, with the JSON Pointer to it. */
export function partyLists(
  policy: PolicyDocument,
): readonly (readonly [at: string, parties: readonly Party[]])[] {
  const ofNeeds = placedNeeds(policy).map(([at, { from }]) => [`${at}/from`, from] as const);
  return [...ofNeeds, ["/breakGlass", policy.breakGlass]];
}

/** Each once. */
export function groupNamesOf(policy: PolicyDocument): readonly string[] {
  const parties = partyLists(policy).flatMap(([, list]) => list);
  return [...new Set(parties.flatMap((one) => (one.kind === "group" ? [one.name] : [])))];
}

function placedNeeds({
  stages,
  escalations,
}: PolicyDocument): readonly (readonly [at: string, need: DocumentNeed])[] {
  return Object.entries({ stages, escalations }).flatMap(([field, lists]) =>
    lists.flatMap((each, place) =>
      each.needs.map((one, index) => [`/${field}/${place}/needs/${index}`, one] as const),
    ),
  );
}

interface Failure {
  readonly detail: string;
  /** JSON Pointer. */
  readonly at: string;
}

function nameFailure({ name, stages }: PolicyDocument): Failure | undefined {
  if (!DOCUMENT_NAME.test(name)) return { detail: DOCUMENT_NAME_RULE, at: "/name" };
  if (name === NAMED_PERSON)
    return { detail: "is the name that rules use for the person whom a request names", at: "/name" };
  const place = stages.findIndex((stage) => !STAGE_NAME.test(stage.name));
  return place < 0
    ? undefined
    : { detail: "must be letters, digits, spaces and hyphens, or empty", at: `/stages/${place}/name` };
}

function needsFailure(policy: PolicyDocument): Failure | undefined {
  for (const [at, { count, from }] of placedNeeds(policy))
    if (from.every(({ kind }) => kind === "person") && count > from.length)
      return { detail: `is ${count} of only ${from.length} people`, at: `${at}/count` };
  return undefined;
}

function partiesFailure(policy: PolicyDocument): Failure | undefined {
  for (const [at, parties] of partyLists(policy))
    for (const [place, one] of parties.entries()) {
      if (one.kind === "group" && !DOCUMENT_NAME.test(one.name))
        return { detail: DOCUMENT_NAME_RULE, at: `${at}/${place}/name` };
      if (parties.slice(0, place).some((earlier) => isSameParty(earlier, one)))
        return { detail: `names ${partyName(one)} twice`, at: `${at}/${place}` };
    }
  const groups = groupNamesOf(policy).length;
  return groups > POLICY_MAX_GROUPS
    ? { detail: `names ${groups} groups; at most ${POLICY_MAX_GROUPS} are possible`, at: "" }
    : undefined;
}

function isSameParty(one: Party, other: Party): boolean {
  const isSamePerson = one.kind === "person" && other.kind === "person" && one.id === other.id;
  return isSamePerson || (one.kind === other.kind && partyName(one) === partyName(other));
}

function escalationFailure({ stages, escalations, expiresInSeconds }: PolicyDocument): Failure | undefined {
  for (const [place, { afterSeconds, stage }] of escalations.entries()) {
    const at = `/escalations/${place}`;
    if (stage > stages.length) return { detail: `there is no stage ${stage}`, at: `${at}/stage` };
    const earlier = escalations[place - 1];
    const isLater =
      earlier === undefined ||
      afterSeconds > earlier.afterSeconds ||
      (afterSeconds === earlier.afterSeconds && stage > earlier.stage);
    if (!isLater) return { detail: "must come after the one before it, by time and then by stage", at };
    if (expiresInSeconds !== null && afterSeconds >= expiresInSeconds)
      return { detail: "comes when the request has already expired", at: `${at}/afterSeconds` };
  }
  return undefined;
}

function countsFailure(policy: PolicyDocument): Failure | undefined {
  // A person signs a request once, so the stages add up.
  const sizes = policy.stages.map((_stage, place) => waySizes(policy, place + 1));
  const largest = total(sizes.map((each) => Math.max(...each)));
  if (largest > POLICY_MAX_SEATS)
    return {
      detail: `need ${largest} people; at most ${POLICY_MAX_SEATS} can sign a request`,
      at: "/stages",
    };
  const smallest = leastPeople(policy);
  return policy.minimum > smallest
    ? { detail: `is more than the ${smallest} who are enough at some time`, at: "/minimum" }
    : undefined;
}

/** How many people are enough at some time. */
export function leastPeople(policy: PolicyDocument): number {
  return total(policy.stages.map((_stage, place) => Math.min(...waySizes(policy, place + 1))));
}

/** How many people each way to meet this stage takes: its own needs, and those of its escalations. */
function waySizes({ stages, escalations }: PolicyDocument, stage: number): readonly number[] {
  const ways = [stages[stage - 1], ...escalations.filter((each) => each.stage === stage)];
  return ways.map((way) => total((way?.needs ?? []).map(({ count }) => count)));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
