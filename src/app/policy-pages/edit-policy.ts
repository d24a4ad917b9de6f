import { isStarter } from "../../core/policy/policy-starters.ts";
import {
  draftOfPolicy,
  draftOfStarter,
  NEW_POLICY,
  policyOfDraft,
  type PolicyDraft,
} from "../../core/pages/policies/policy-draft.ts";
import type { PolicyEditor } from "../../core/pages/policies/policies-page-data.ts";
import { policyDocumentHash, type PolicyDocument } from "../../core/policy/policy-document.ts";
import { documentSentence } from "../../core/policy/policy-sentence.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { Directory } from "../../core/stream/directory.ts";
import { groupsByName, policiesByName } from "../../core/stream/rulebook.ts";
import type { ActCall } from "../acts/act.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { changeTo, checkDocument } from "../policies/request-document.ts";
import { askForDocument, choosablePeople, type DocumentAsked } from "./ask-document.ts";

interface EditInput {
  /** Null: a new one. */
  readonly name: string | null;
  /** The policy to start from, for a new one. */
  readonly starter: string;
  /** Null: as it is in force, or as the starter is. */
  readonly draft: PolicyDraft | null;
  /** The version that the draft began with. */
  readonly replaces: string | null;
  /** Whether to say what is wrong: not of parts that were just added. */
  readonly isJudged: boolean;
}

export async function editPolicy({ store }: ActCall, input: EditInput): Promise<Result<PolicyEditor>> {
  const { name, draft: sent } = input;
  const directory = await directoryOf(store);
  const current = name === null ? undefined : policiesByName(directory.rulebook).get(name);
  if (name !== null && current === undefined)
    return refuse("not_found", `there is no policy “${name}”; it may have been removed`);
  const draft = sent ?? (current === undefined ? newDraft(input.starter) : draftOfPolicy(current));
  const named = { ...draft, name: name ?? draft.name };
  return accept({
    name,
    draft: named,
    replaces: sent === null ? hashOf(directory, name) : input.replaces,
    people: choosablePeople(directory),
    groups: [...groupsByName(directory.rulebook).keys()].toSorted(),
    ...previewOf(named, directory, input.isJudged),
  });
}

function newDraft(starter: string): PolicyDraft {
  return isStarter(starter) ? draftOfStarter(starter) : NEW_POLICY;
}

function previewOf(
  draft: PolicyDraft,
  directory: Directory,
  isJudged: boolean,
): Pick<PolicyEditor, "sentence" | "problem"> {
  // A policy has a sentence before it has a name.
  const named = { ...draft, name: draft.name.trim() === "" ? "new" : draft.name };
  const read = policyOfDraft(named, usernamesIn(directory));
  const sentence = read.ok ? documentSentence(read.value) : null;
  const problemOf = ({ detail, at = "" }: { readonly detail: string; readonly at?: string | undefined }) => ({
    sentence,
    problem: isJudged ? { detail, at } : null,
  });
  if (!read.ok) return problemOf(read.refusal);
  const change = changeTo(directory.rulebook, {
    kind: "policy",
    name: read.value.name,
    document: read.value,
  });
  const checked = checkDocument(directory, change);
  return checked.ok || checked.refusal.code === "already_decided"
    ? { sentence, problem: null }
    : problemOf(checked.refusal);
}

interface SaveInput {
  readonly name: string | null;
  /** Null removes it. */
  readonly draft: PolicyDraft | null;
  readonly replaces: string | null;
}

export async function savePolicy(
  call: ActCall,
  { name: edited, draft, replaces }: SaveInput,
): Promise<Result<DocumentAsked>> {
  const directory = await directoryOf(call.store);
  const name = edited ?? draft?.name.trim() ?? "";
  const read: Result<PolicyDocument | null> =
    draft === null ? accept(null) : policyOfDraft({ ...draft, name }, usernamesIn(directory));
  if (!read.ok) return read;
  if (edited === null && policiesByName(directory.rulebook).has(name))
    return refuse("document_refused", "is the name of a policy that is there already", "/name");
  const version = { kind: "policy", name, document: read.value } as const;
  return askForDocument(call, version, { was: replaces, now: hashOf(directory, name) });
}

function usernamesIn(directory: Directory): ReadonlyMap<string, string> {
  return new Map(choosablePeople(directory).map(({ id, username }) => [id, username]));
}

function hashOf({ rulebook }: Directory, name: string | null): string | null {
  const current = name === null ? undefined : policiesByName(rulebook).get(name);
  return current === undefined ? null : policyDocumentHash(current);
}
