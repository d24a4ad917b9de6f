import { act, messageAct, trialAct } from "../acts/act.ts";
import { requestDrill } from "./drill-request.ts";
import { editGroup, saveGroup } from "./edit-group.ts";
import { editPolicy, savePolicy } from "./edit-policy.ts";
import { editRules, saveRules } from "./edit-rules.ts";
import { policiesPage } from "./policies-page.ts";
import { policyPage } from "./policy-page.ts";
import { tryPage } from "./try-request.ts";

// The console's pages about groups, policies and rules. A save only asks for a change: somebody who manages people signs
// it.

export const POLICY_PAGE_ACTS = {
  "policies.page": act("policies.read", policiesPage),
  "policy.page": act("policies.read", policyPage),
  "policy.edit": act("policies.read", editPolicy),
  "policy.save": act("policies.change", savePolicy),
  "policy.drill": messageAct("policies.change", requestDrill),
  "group.edit": act("policies.read", editGroup),
  "group.save": act("policies.change", saveGroup),
  "rules.edit": trialAct("policies.read", editRules),
  "rules.save": act("policies.change", saveRules),
  "rules.try": trialAct("policies.read", tryPage),
};
