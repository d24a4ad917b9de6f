import { groupHash, type GroupDocument } from "../../../src/core/policy/group-document.ts";
import {
  policyDocumentHash,
  type Party,
  type PolicyDocument,
} from "../../../src/core/policy/policy-document.ts";
import type { Policy } from "../../../src/core/policy/policy.ts";
import type { Need } from "../../../src/core/policy/seats.ts";
import { applyEffect } from "../../../src/core/stream/apply-effect.ts";
import { effectOf } from "../../../src/core/stream/change-effect.ts";
import type { Change } from "../../../src/core/stream/change-format.ts";
import type { Directory } from "../../../src/core/stream/directory.ts";
import { documentOf, isDocumentChange } from "../../../src/core/stream/rulebook.ts";

// Many tests are about the policy that a request keeps, whichever document it comes from. These documents mean exactly
// that policy, so that it has been chosen as it must be.

/** More people than one need of a document may name one by one. */
const PARTIES_MAX = 16;

export interface Adopted {
  readonly groups: readonly GroupDocument[];
  readonly document: PolicyDocument;
}

/** `usernameOf` an id. */
export function documentsOf(policy: Policy, usernameOf: (id: string) => string): Adopted {
  const groups: GroupDocument[] = [];
  const person = (id: string) => ({ id, username: usernameOf(id) });
  const partiesOf = (people: readonly string[]): readonly Party[] => {
    if (people.length <= PARTIES_MAX) return people.map((id) => ({ kind: "person", ...person(id) }));
    const members = people.toSorted().map(person);
    const unnamed = { v: 1, kind: "countersign/group", name: "people", members } as const;
    const group = { ...unnamed, name: `people-${groupHash(unnamed).slice(0, 8)}` };
    if (!groups.some(({ name }) => name === group.name)) groups.push(group);
    return [{ kind: "group", name: group.name }];
  };
  const needsOf = (needs: readonly Need[]) => needs.map(({ count, of }) => ({ count, from: partiesOf(of) }));
  const { chosen: _chosen, ...terms } = policy;
  const unnamed: PolicyDocument = {
    ...terms,
    v: 1,
    kind: "countersign/policy-document",
    name: "adopted",
    stages: policy.stages.map(({ name, needs }) => ({ name, needs: needsOf(needs) })),
    escalations: policy.escalations.map((each) => ({ ...each, needs: needsOf(each.needs) })),
    breakGlass: partiesOf(policy.breakGlass),
  };
  const document = { ...unnamed, name: `adopted-${policyDocumentHash(unnamed).slice(0, 8)}` };
  return { groups, document };
}

/** As a verifier applies it, but without judging who signed. */
export function directoryAfter(directory: Directory, change: Change, seq: number): Directory {
  const after = applyEffect(directory, change.change, effectOf(change), seq, {
    username: "person" in change ? change.person.username : null,
    publicKey: null,
    document: isDocumentChange(change) ? documentOf(change) : null,
  });
  return after.ok ? after.value : directory;
}

export function hashNamed(
  documents: ReadonlyMap<string, { readonly name: string } | null>,
  name: string,
): string | null {
  return [...documents].find(([, document]) => document?.name === name)?.[0] ?? null;
}
