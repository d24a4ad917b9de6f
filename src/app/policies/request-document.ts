import { parseGroup, type GroupDocument } from "../../core/policy/group-document.ts";
import { parsePolicyDocument, type PolicyDocument } from "../../core/policy/policy-document.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { checkRules } from "../../core/rules/choose-rule.ts";
import type { RulesDocument } from "../../core/rules/rules-document.ts";
import type { Directory } from "../../core/stream/directory.ts";
import {
  documentEffectOf,
  documentFailure,
  documentOf,
  groupsByName,
  policiesByName,
  rulebookAfter,
  rulesInForce,
  type DocumentChange,
  type Rulebook,
} from "../../core/stream/rulebook.ts";
import { groupHash } from "../../core/policy/group-document.ts";
import { policyDocumentHash } from "../../core/policy/policy-document.ts";
import { findPersonByName } from "../../store/account/people.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { Requester } from "../account/principal.ts";
import { requireRealOrganisation } from "../acts/require-right.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { anyManager } from "../directory/managers.ts";
import { requestChange } from "../directory/request-change.ts";
import { checkWaitingChanges } from "../directory/waiting-changes.ts";
import type { Runtime } from "../runtime.ts";
import { checkPoliciesCanBeMet } from "./can-be-met.ts";
import { checkDocumentLimit } from "./document-limit.ts";

// Requests that a group, a policy or the rules get a new version. Somebody who manages people signs for it.

/** The document to set under a name; null removes it. */
export type NewVersion =
  | { readonly kind: "group"; readonly name: string; readonly document: GroupDocument | null }
  | { readonly kind: "policy"; readonly name: string; readonly document: PolicyDocument | null }
  | { readonly kind: "rules"; readonly document: RulesDocument | null };

/** Returns the address where it is signed. */
export async function requestDocument(
  runtime: Runtime,
  store: TenantStore,
  requester: Requester,
  version: NewVersion,
): Promise<Result<string>> {
  const allowed = await requireRealOrganisation(store);
  if (!allowed.ok) return allowed;
  const directory = await directoryOf(store);
  const change = changeTo(directory.rulebook, version);
  const checked = checkDocument(directory, change);
  if (!checked.ok) return checked;
  if (change.change === "group.changed" && (await findPersonByName(store, change.name)) !== undefined)
    return refuse(
      "document_refused",
      `“${change.name}” is a user name, and a sentence with it would not say who is meant; name the group otherwise`,
    );
  const limit = checkDocumentLimit(directory.rulebook, change);
  if (!limit.ok) return limit;
  const waiting = await checkWaitingChanges(store, change, runtime.now());
  if (!waiting.ok) return waiting;
  const approver = anyManager(directory, change);
  if (!approver.ok) return approver;
  const request = { change, action: actionOf(change), requester, approver: approver.value };
  return accept(await requestChange(runtime, store, request));
}

/** What a new version would be refused for, with nothing asked or changed. */
export function checkDocument(directory: Directory, change: DocumentChange): Result<"allowed"> {
  const parsed = checkForm(change);
  if (!parsed.ok) return parsed;
  const { replaced, document: hash } = documentEffectOf(change);
  if (replaced === hash)
    return refuse(
      "already_decided",
      hash === null
        ? "there is no such document; there is nothing to remove"
        : "this version is in force already; there is nothing to change",
    );
  const failure = documentFailure(directory.rulebook, change);
  if (failure !== undefined) return refuse("document_refused", failure);
  const after = rulebookAfter(
    directory.rulebook,
    change.change,
    documentEffectOf(change),
    documentOf(change),
  );
  return after.ok ? checkPoliciesCanBeMet({ ...directory, rulebook: after.value }, change) : after;
}

function checkForm(change: DocumentChange): Result<unknown> {
  const document = documentOf(change);
  if (document === null) return accept(null);
  switch (change.change) {
    case "group.changed":
      return parseGroup(document);
    case "policy.changed":
      return parsePolicyDocument(document);
    case "rules.changed":
      return checkRules(document);
  }
}

/** The change from what is in force to this version. */
export function changeTo(rulebook: Rulebook, version: NewVersion): DocumentChange {
  const head = { v: 1, kind: "countersign/change" } as const;
  switch (version.kind) {
    case "group": {
      const current = groupsByName(rulebook).get(version.name);
      const replaces = current === undefined ? null : groupHash(current);
      return { ...head, change: "group.changed", name: version.name, replaces, group: version.document };
    }
    case "policy": {
      const current = policiesByName(rulebook).get(version.name);
      const replaces = current === undefined ? null : policyDocumentHash(current);
      return { ...head, change: "policy.changed", name: version.name, replaces, policy: version.document };
    }
    case "rules": {
      const replaces = rulesInForce(rulebook)?.hash ?? null;
      return { ...head, change: "rules.changed", replaces, rules: version.document };
    }
  }
}

const NOUNS = { "group.changed": "group", "policy.changed": "policy", "rules.changed": "rules" } as const;

function actionOf(change: DocumentChange): string {
  const verb = documentOf(change) === null ? "Remove" : change.replaces === null ? "Create" : "Change";
  const noun = NOUNS[change.change];
  return "name" in change
    ? `${verb} the ${noun} ${change.name}`
    : `${verb} the rules that choose the policy of a request`;
}
