import type { DrillPerson, PolicyItem } from "../../core/pages/policies/policies-page-data.ts";
import type { PolicyDocument } from "../../core/policy/policy-document.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { resolvePolicy } from "../../core/policy/resolve-policy.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { groupsByName } from "../../core/stream/rulebook.ts";
import type { ActCall } from "../acts/act.ts";
import { directoryOf } from "../directory/directory-of.ts";
import { listDocuments } from "../policies/list-documents.ts";
import { policyItem } from "./policies-page.ts";
import { reachablePeople } from "./reachable-people.ts";

export interface ReadPolicy {
  readonly document: PolicyDocument;
  readonly item: PolicyItem;
  /** With the people of now. */
  readonly resolved: Result<Policy>;
  readonly people: ReadonlyMap<string, DrillPerson>;
}

/** A policy in force, by name. */
export async function readPolicy(call: ActCall, name: string): Promise<Result<ReadPolicy>> {
  const [documents, directory] = await Promise.all([listDocuments(call.store), directoryOf(call.store)]);
  const inForce = documents.policies.find(({ document }) => document.name === name);
  if (inForce === undefined)
    return refuse("not_found", `there is no policy “${name}”; it may have been removed`);
  const { document } = inForce;
  const organisation = { groups: groupsByName(directory.rulebook), members: directory.members };
  return accept({
    document,
    item: policyItem(inForce, documents, directory),
    resolved: resolvePolicy(document, organisation, null, { seq: 0, rules: null, rule: "" }),
    people: await reachablePeople(call, document),
  });
}
