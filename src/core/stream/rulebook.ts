import { groupHash, parseGroup, type GroupDocument } from "../policy/group-document.ts";
import {
  groupNamesOf,
  parsePolicyDocument,
  partyLists,
  policyDocumentHash,
  type PolicyDocument,
} from "../policy/policy-document.ts";
import { parseRules, policiesOfRules, rulesHash, type RulesDocument } from "../rules/rules-document.ts";
import { refuse, accept, type Result } from "../refusal.ts";
import type { Change } from "./change-format.ts";
import type { DocumentEffect } from "./record.ts";

// The groups, policies and rules in force, as they follow from the sealed changes.

/** By hash. A document is null if only the record of its change is known. */
export interface Rulebook {
  readonly groups: Documents<GroupDocument>;
  readonly policies: Documents<PolicyDocument>;
  /** At most one. */
  readonly rules: Documents<RulesDocument>;
}

export type Documents<Document> = ReadonlyMap<string, Document | null>;

export const NO_RULEBOOK: Rulebook = { groups: new Map(), policies: new Map(), rules: new Map() };

/** Which list of the rulebook a change is about. */
const LISTS = { "group.changed": "groups", "policy.changed": "policies", "rules.changed": "rules" } as const;
export type DocumentKind = keyof typeof LISTS;
export type DocumentChange = Extract<Change, { change: DocumentKind }>;

export function isDocumentKind(kind: string): kind is DocumentKind {
  return Object.hasOwn(LISTS, kind);
}

export function isDocumentChange(change: Change): change is DocumentChange {
  return isDocumentKind(change.change);
}

/** The document that the change sets; null if it ends one. */
export function documentOf(change: DocumentChange): GroupDocument | PolicyDocument | RulesDocument | null {
  switch (change.change) {
    case "group.changed":
      return change.group;
    case "policy.changed":
      return change.policy;
    case "rules.changed":
      return change.rules;
  }
}

export function documentEffectOf(change: DocumentChange): DocumentEffect {
  return { replaced: change.replaces, document: hashOfDocument(change) };
}

function hashOfDocument(change: DocumentChange): string | null {
  switch (change.change) {
    case "group.changed":
      return change.group && groupHash(change.group);
    case "policy.changed":
      return change.policy && policyDocumentHash(change.policy);
    case "rules.changed":
      return change.rules && rulesHash(change.rules);
  }
}

/** The rulebook after a change. `document` is null if only its hash is known, or if it ends one. */
export function rulebookAfter(
  rulebook: Rulebook,
  kind: DocumentKind,
  { replaced, document: hash }: DocumentEffect,
  document: ReturnType<typeof documentOf>,
): Result<Rulebook> {
  const list: Documents<unknown> = rulebook[LISTS[kind]];
  if (replaced === null && hash === null) return invalid("it neither sets nor ends a document");
  if (replaced !== null && !list.has(replaced))
    return invalid("the version that it replaces is not in force");
  if (replaced === null && kind === "rules.changed" && list.size > 0)
    return invalid("it sets rules beside those in force");
  if (hash !== null && list.has(hash)) return invalid("this version is in force already");
  const after = new Map(list);
  if (replaced !== null) after.delete(replaced);
  if (hash !== null) after.set(hash, document);
  return accept({ ...rulebook, [LISTS[kind]]: after });
}

/** Where other changes are not known: the version that this one replaces may be in force, and so may any other. */
export function openRulebook(rulebook: Rulebook, kind: DocumentKind, { replaced }: DocumentEffect): Rulebook {
  const unknown = new Map([[UNKNOWN, null]]);
  const open = {
    ...rulebook,
    groups: new Map([...rulebook.groups, ...unknown]),
    policies: new Map([...rulebook.policies, ...unknown]),
  };
  const list: Documents<unknown> = kind === "rules.changed" ? new Map() : open[LISTS[kind]];
  const before = replaced === null || list.has(replaced) ? list : new Map([...list, [replaced, null]]);
  return { ...open, [LISTS[kind]]: before };
}

/** In place of the hash of a version that is not known. */
const UNKNOWN = "";

function invalid(detail: string) {
  return refuse("change_invalid", detail);
}

/** The people whom the document names itself, with the user names that its signers read. */
export function peopleNamedBy(
  change: DocumentChange,
): readonly { readonly id: string; readonly username: string }[] {
  if (change.change === "group.changed") return change.group?.members ?? [];
  if (change.change === "rules.changed" || change.policy === null) return [];
  const parties = partyLists(change.policy).flatMap(([, list]) => list);
  return parties.flatMap((party) => (party.kind === "person" ? [party] : []));
}

/** What is wrong with the content of a change in this rulebook; undefined if nothing is. */
export function documentFailure(rulebook: Rulebook, change: DocumentChange): string | undefined {
  const form = formFailure(change);
  if (form !== undefined) return form;
  switch (change.change) {
    case "group.changed":
      return nameFailure(rulebook.groups, change, change.group) ?? groupInUse(rulebook, change);
    case "policy.changed":
      return (
        nameFailure(rulebook.policies, change, change.policy) ??
        missingGroup(rulebook, change.policy) ??
        policyInUse(rulebook, change)
      );
    case "rules.changed":
      return missingPolicy(rulebook, change.rules);
  }
}

function formFailure(change: DocumentChange): string | undefined {
  const document = documentOf(change);
  if (document === null) return undefined;
  const parsed =
    change.change === "group.changed"
      ? parseGroup(document)
      : change.change === "policy.changed"
        ? parsePolicyDocument(document)
        : parseRules(document);
  return parsed.ok ? undefined : parsed.refusal.detail;
}

/** One version of each name is in force. */
function nameFailure(
  documents: Documents<{ readonly name: string }>,
  { name, replaces }: { readonly name: string; readonly replaces: string | null },
  version: { readonly name: string } | null,
): string | undefined {
  if (version !== null && version.name !== name) return "its document has another name";
  const same = [...documents].find(([, one]) => one?.name === name);
  if (same !== undefined && same[0] !== replaces) return `“${name}” was changed meanwhile`;
  const replaced = replaces === null ? undefined : documents.get(replaces)?.name;
  return replaced === undefined || replaced === name ? undefined : `it replaces “${replaced}”, not “${name}”`;
}

function groupInUse({ policies }: Rulebook, change: Extract<DocumentChange, { change: "group.changed" }>) {
  if (change.group !== null) return undefined;
  const user = [...policies.values()].find(
    (policy) => policy !== null && groupNamesOf(policy).includes(change.name),
  );
  return user
    ? `the policy “${user.name}” names the group “${change.name}”; change the policy first`
    : undefined;
}

function policyInUse({ rules }: Rulebook, change: Extract<DocumentChange, { change: "policy.changed" }>) {
  if (change.policy !== null) return undefined;
  const isUsed = [...rules.values()].some((one) => one !== null && policiesOfRules(one).has(change.name));
  return isUsed ? `the rules name the policy “${change.name}”; change the rules first` : undefined;
}

/** A document that is not known may have the name. */
function missingGroup({ groups }: Rulebook, policy: PolicyDocument | null): string | undefined {
  if (policy === null || [...groups.values()].includes(null)) return undefined;
  const names = new Set([...groups.values()].map((group) => group?.name));
  const missing = groupNamesOf(policy).find((name) => !names.has(name));
  return missing === undefined ? undefined : `there is no group “${missing}”; create it first`;
}

function missingPolicy({ policies }: Rulebook, rules: RulesDocument | null): string | undefined {
  if (rules === null || [...policies.values()].includes(null)) return undefined;
  const names = new Set([...policies.values()].map((policy) => policy?.name));
  const missing = [...policiesOfRules(rules)].find((name) => !names.has(name));
  return missing === undefined ? undefined : `there is no policy “${missing}”; create it first`;
}

/** The rules in force; undefined if there are none. The service knows the document of every version. */
export function rulesInForce({
  rules,
}: Rulebook): { readonly hash: string; readonly document: RulesDocument } | undefined {
  const [first] = rules;
  return first === undefined || first[1] === null ? undefined : { hash: first[0], document: first[1] };
}

export function groupsByName({ groups }: Rulebook): ReadonlyMap<string, GroupDocument> {
  return byName(groups);
}

export function policiesByName({ policies }: Rulebook): ReadonlyMap<string, PolicyDocument> {
  return byName(policies);
}

function byName<Document extends { readonly name: string }>(
  documents: Documents<Document>,
): ReadonlyMap<string, Document> {
  return new Map([...documents.values()].flatMap((one) => (one === null ? [] : [[one.name, one]])));
}
