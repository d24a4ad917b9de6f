import type {
  GroupItem,
  PoliciesPage,
  PolicyItem,
  WaitingDocument,
} from "../../core/pages/policies/policies-page-data.ts";
import { pageVersion } from "../../core/pages/page-version.ts";
import { groupNamesOf, type PolicyDocument } from "../../core/policy/policy-document.ts";
import { documentSentence } from "../../core/policy/policy-sentence.ts";
import { resolvePolicy } from "../../core/policy/resolve-policy.ts";
import { accept, type Result } from "../../core/refusal.ts";
import { policiesOfRules } from "../../core/rules/rules-document.ts";
import type { Directory } from "../../core/stream/directory.ts";
import { groupsByName } from "../../core/stream/rulebook.ts";
import { askedPeople } from "../../store/confirmation/confirmations.ts";
import { pendingChangesOf } from "../../store/requests/document-requests.ts";
import type { ActCall } from "../acts/act.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { listDocuments, type DocumentsInForce, type InForce } from "../policies/list-documents.ts";
import { isoTime } from "../runtime.ts";

/** Everything in force, and what waits to be. */
export async function policiesPage(call: ActCall, _input: null): Promise<Result<PoliciesPage>> {
  const [documents, directory, waiting] = await Promise.all([
    listDocuments(call.store),
    directoryOf(call.store),
    waitingDocuments(call),
  ]);
  const { rules, policies, groups } = documents;
  const page = {
    rules: rules && { ...sinceOf(rules), document: rules.document },
    policies: policies.map((each) => policyItem(each, documents, directory)),
    groups: groups.map((each) => groupItem(each, documents)),
    waiting,
  };
  return accept({ ...page, version: pageVersion(page) });
}

export function policyItem(
  inForce: InForce<PolicyDocument>,
  { rules }: DocumentsInForce,
  { rulebook, members }: Directory,
): PolicyItem {
  const policy = inForce.document;
  const organisation = { groups: groupsByName(rulebook), members };
  const resolved = resolvePolicy(policy, organisation, null, { seq: 0, rules: null, rule: "" });
  return {
    ...sinceOf(inForce),
    name: policy.name,
    sentence: documentSentence(policy),
    problem: resolved.ok ? null : resolved.refusal.detail,
    isUsed: rules !== null && policiesOfRules(rules.document).has(policy.name),
  };
}

function groupItem(group: DocumentsInForce["groups"][number], { policies }: DocumentsInForce): GroupItem {
  const { name, members } = group.document;
  const users = policies.filter(({ document }) => groupNamesOf(document).includes(name));
  return {
    ...sinceOf(group),
    name,
    members: members.map(({ username }) => username),
    usedBy: users.map(({ document }) => document.name),
  };
}

function sinceOf({ at, seq, index }: InForce<unknown>) {
  return { at, seq, index };
}

async function waitingDocuments({ runtime, store }: ActCall): Promise<readonly WaitingDocument[]> {
  const types = ["group.changed", "policy.changed", "rules.changed"] as const;
  const rows = await pendingChangesOf(store, types, runtime.now());
  const asked = await askedPeople(
    store,
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, action, requesterName, createdAt, expiresAt }) => ({
    id,
    action,
    requester: requesterName,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    asked: (asked.get(id) ?? []).toSorted(),
  }));
}
