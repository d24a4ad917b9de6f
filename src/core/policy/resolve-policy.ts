import { NAME_MAX_CHARACTERS } from "../confirmation/statement.ts";
import { refuse, type Refusal, type Result } from "../refusal.ts";
import { groupHash, type GroupDocument } from "./group-document.ts";
import {
  DECIDING_ROLES,
  groupNamesOf,
  partyLists,
  policyDocumentHash,
  type DocumentNeed,
  type Party,
  type PolicyDocument,
} from "./policy-document.ts";
import { documentNeedText, needName, numberText, spanText } from "./policy-sentence.ts";
import { parsePolicy, POLICY_MAX_PEOPLE, type Chosen, type Policy } from "./policy.ts";
import { seatPeople } from "./seats.ts";

// From names to people: what a policy document means at one moment. The service does it for each request, and the audit
// does it again from the sealed changes, so the same organisation always gives the same bytes.

/** A member of the directory. */
interface Person {
  readonly id: string;
  /** Null if only records of the person's changes are known. */
  readonly username: string | null;
  readonly role: string;
  readonly removed?: true;
}

/** The organisation at the moment of the request. */
export interface Organisation {
  /** In force, by name. */
  readonly groups: ReadonlyMap<string, GroupDocument>;
  /** By id. */
  readonly members: ReadonlyMap<string, Person>;
}

type Need = Policy["stages"][number]["needs"][number];

/** A need of the document, with its people. */
interface PlacedNeed {
  readonly need: Need;
  /** Such as "two of finance after 30 min". */
  readonly words: string;
  /** JSON Pointer into the document. */
  readonly at: string;
}

/** The policy that a request keeps. `requester` is the person who asked, or the one behind the API key, or null. */
export function resolvePolicy(
  policy: PolicyDocument,
  organisation: Organisation,
  requester: string | null,
  choice: Pick<Chosen, "seq" | "rules" | "rule">,
): Result<Policy> {
  const unknown = unknownParty(policy, organisation);
  if (unknown !== undefined) return unmeetable(unknown.detail, unknown.at);
  const stages = placedStages(policy, organisation);
  const escalations = placedEscalations(policy, organisation);
  const breakGlass = peopleOf(policy.breakGlass, organisation);
  const named = [...stages, ...escalations].flat().flatMap(({ need }) => need.of);
  const count = new Set([...named, ...breakGlass]).size;
  if (count > POLICY_MAX_PEOPLE)
    return unmeetable(`names ${count} people; at most ${POLICY_MAX_PEOPLE} can be asked`);
  const short =
    shortage(stages.flat(), policy.excludeRequester ? requester : null) ??
    // An escalation to the person who asked does no harm: the others can still meet the policy.
    escalations.map((needs) => shortage(needs, null)).find((each) => each !== undefined);
  if (short !== undefined) return unmeetable(short.detail, short.at);
  return parsePolicy({
    ...policy,
    v: 2,
    kind: "countersign/policy",
    stages: policy.stages.map(({ name }, place) => ({ name, needs: needsOf(stages[place]) })),
    escalations: policy.escalations.map((each, place) => ({ ...each, needs: needsOf(escalations[place]) })),
    breakGlass,
    chosen: {
      ...choice,
      document: policyDocumentHash(policy),
      groups: groupHashes(policy, organisation),
    },
  });
}

function unmeetable(detail: string, at?: string) {
  return refuse("policy_unmeetable", detail, at);
}

function unknownParty(policy: PolicyDocument, organisation: Organisation): Omit<Refusal, "code"> | undefined {
  for (const [at, parties] of partyLists(policy))
    for (const [place, party] of parties.entries()) {
      const detail = partyFailure(party, organisation);
      if (detail !== undefined) return { detail, at: `${at}/${place}` };
    }
  return undefined;
}

function partyFailure(party: Party, { groups, members }: Organisation): string | undefined {
  if (party.kind === "role") return undefined;
  if (party.kind === "group") {
    const group = groups.get(party.name);
    return group === undefined ? `there is no group ${party.name}` : misnamed(group.members, members);
  }
  return members.has(party.id) ? misnamed([party], members) : `${party.username} is not in the organisation`;
}

/** The first of these people who has another user name: people sign the names that they read. */
export function misnamed(
  people: readonly { readonly id: string; readonly username: string }[],
  members: Organisation["members"],
): string | undefined {
  const other = people.find(({ id, username }) => (members.get(id)?.username ?? username) !== username);
  return other && `the user name of ${other.username} is ${members.get(other.id)?.username}`;
}

function groupHashes(policy: PolicyDocument, { groups }: Organisation): readonly string[] {
  const named = groupNamesOf(policy).flatMap((name) => groups.get(name) ?? []);
  return named.map(groupHash).toSorted();
}

/** Each once, by id. Somebody who was removed, or who only reads, is left out. */
function peopleOf(parties: readonly Party[], { groups, members }: Organisation): readonly string[] {
  const people = parties.flatMap((party) => {
    if (party.kind === "person") return [party.id];
    if (party.kind === "group") return groups.get(party.name)?.members.map(({ id }) => id) ?? [];
    return [...members.values()].flatMap(({ id, role }) => (role === party.role ? [id] : []));
  });
  return [...new Set(people)].filter((person) => maySign(members.get(person))).toSorted();
}

function maySign(member: Person | undefined): boolean {
  const roles: readonly string[] = DECIDING_ROLES;
  return member !== undefined && member.removed !== true && roles.includes(member.role);
}

function placedStages(policy: PolicyDocument, organisation: Organisation): readonly PlacedNeed[][] {
  return policy.stages.map(({ needs }, place) => {
    const when = policy.stages.length > 1 ? ` in stage ${numberText(place + 1)}` : "";
    return placedNeeds(needs, organisation, when, `/stages/${place}/needs`);
  });
}

function placedEscalations(policy: PolicyDocument, organisation: Organisation): readonly PlacedNeed[][] {
  return policy.escalations.map(({ afterSeconds, stage, needs }, place) => {
    const where = policy.stages.length > 1 ? ` in stage ${numberText(stage)}` : "";
    const when = ` after ${spanText(afterSeconds)}${where}`;
    return placedNeeds(needs, organisation, when, `/escalations/${place}/needs`);
  });
}

function placedNeeds(
  needs: readonly DocumentNeed[],
  organisation: Organisation,
  when: string,
  at: string,
): PlacedNeed[] {
  return needs.map((need, index) => {
    const name = needName(need.from, NAME_MAX_CHARACTERS);
    const of = peopleOf(need.from, organisation);
    return {
      need: { name, count: need.count, of },
      words: `${documentNeedText(need)}${when}`,
      at: `${at}/${index}`,
    };
  });
}

function needsOf(placed: readonly PlacedNeed[] = []): readonly Need[] {
  return placed.map(({ need }) => need);
}

/** The first need that different people can't fill, if they must fill all of these. */
function shortage(placed: readonly PlacedNeed[], excluded: string | null): Omit<Refusal, "code"> | undefined {
  const everyone = new Set(placed.flatMap(({ need }) => need.of));
  const allowed = new Set([...everyone].filter((person) => person !== excluded));
  const seats = [...seatPeople(needsOf(placed), allowed).values()];
  for (const [index, { need, words, at }] of placed.entries()) {
    if (seats.filter((seat) => seat === index).length === need.count) continue;
    const able = need.of.filter((person) => allowed.has(person)).length;
    const except = able < need.of.length ? "; the person who asked may not sign" : "";
    return { detail: `needs ${words}, but ${shortageText(need.count, able)}${except}`, at };
  }
  return undefined;
}

function shortageText(count: number, able: number): string {
  if (able >= count) return "these people fill other places, and nobody signs twice";
  return count === 1 ? "nobody can fill this place" : `only ${able} of ${count} places can be filled`;
}
