import type { CreateInput } from "../../../../src/app/confirmation/create.ts";
import { idInAddress } from "../../../../src/app/directory/request-change.ts";
import { requesterOf } from "../../../../src/app/acts/act.ts";
import { choosePolicy } from "../../../../src/app/policies/choose-policy.ts";
import { directoryForChoice } from "../../../../src/app/policies/directory-for-choice.ts";
import { requestDocument, type NewVersion } from "../../../../src/app/policies/request-document.ts";
import type { Runtime } from "../../../../src/app/runtime.ts";
import type { Policy } from "../../../../src/core/policy/policy.ts";
import { expectOk } from "../../../../src/core/refusal.ts";
import { groupsByName, policiesByName } from "../../../../src/core/stream/rulebook.ts";
import type { TenantStore } from "../../../../src/store/tenant-store.ts";
import { documentsOf } from "../../../support/evidence/adopted-policies.ts";
import { presign, submit, type Signer } from "../../support/signed-decisions.ts";
import { draftIn, requestUnder } from "./frozen-policies.ts";

// Policies that a manager has signed as documents of the organisation. A request under one says how it came to it, so its
// evidence can be verified.

/** These people and terms, as a request of these facts gets them from a document. The needs have the names of their people. */
export async function sealedPolicy(
  runtime: Runtime,
  store: TenantStore,
  manager: Signer,
  policy: Policy,
  more: Partial<CreateInput> = {},
): Promise<Policy> {
  const { directory } = expectOk(await directoryForChoice(runtime, store));
  const usernameOf = (id: string) => directory.members.get(id)?.username ?? id;
  const { groups, document } = documentsOf(policy, usernameOf);
  const { name } = document;
  for (const group of groups)
    if (!groupsByName(directory.rulebook).has(group.name))
      await signVersion(runtime, store, manager, { kind: "group", name: group.name, document: group });
  if (!policiesByName(directory.rulebook).has(name))
    await signVersion(runtime, store, manager, { kind: "policy", name, document });
  const asking = { ...(await draftIn(runtime, store)), ...more, username: null, policy: name };
  const { approver } = expectOk(await choosePolicy(runtime, store, asking));
  if ("username" in approver) throw new RangeError("no policy was chosen");
  return approver;
}

/** The id of a new request under the policy. */
export async function requestUnderSealed(
  runtime: Runtime,
  store: TenantStore,
  manager: Signer,
  policy: Policy,
  more: Partial<CreateInput> = {},
): Promise<string> {
  const approver = await sealedPolicy(runtime, store, manager, policy, more);
  const directory = approver.chosen?.seq ?? null;
  return requestUnder(runtime, store, approver, { ...more, directory, isRuled: true });
}

async function signVersion(
  runtime: Runtime,
  store: TenantStore,
  manager: Signer,
  version: NewVersion,
): Promise<void> {
  const address = await requestDocument(runtime, store, requesterOf(manager.person, ""), version);
  const signed = await presign(runtime, store, idInAddress(expectOk(address)), manager);
  expectOk(await submit(runtime, store, signed));
}
