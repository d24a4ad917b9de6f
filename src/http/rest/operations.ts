import { ACCESS_OPERATIONS } from "./account/access-operations.ts";
import { AUDIT_OPERATIONS } from "./account/audit-operations.ts";
import { WEBHOOK_OPERATIONS } from "./account/webhook-operations.ts";
import { CONFIRMATION_OPERATIONS } from "./confirmation-operations.ts";
import type { Operation, OperationGroup } from "./operation.ts";
import { PEOPLE_OPERATIONS } from "./people/people-operations.ts";
import { POLICY_OPERATIONS } from "./policies/document-operations.ts";
import { TEMPLATE_OPERATIONS } from "./template-operations.ts";
import { VERIFICATION_OPERATIONS } from "./verification-operations.ts";

// The REST API as one table. The routes, the OpenAPI document and the reference are made from it.

export const OPERATION_GROUPS: readonly OperationGroup[] = [
  {
    name: "Confirmations",
    description: "Ask a person to sign an exact action, wait for the decision, and use an approval once.",
    operations: CONFIRMATION_OPERATIONS,
  },
  {
    name: "People",
    description:
      "Invite people, and ask for changes of who may sign. Such a change takes effect once people have signed it. A person is named by id or by user name.",
    operations: PEOPLE_OPERATIONS,
  },
  {
    name: "Groups, policies and rules",
    description:
      "Who must sign. A policy names people, groups and roles, and rules choose the policy of each request. Somebody who manages people signs each change. People are given by user name, and everything that is left out has its default.",
    operations: POLICY_OPERATIONS,
  },
  {
    name: "Templates",
    description: "A template says how the requests of one action are shown to the person who decides.",
    operations: TEMPLATE_OPERATIONS,
  },
  {
    name: "Projects and keys",
    description:
      "A project holds requests and the API keys that create them. A key with the scope `manage` does no more than the person who created it may do now, and it never gives that scope to another key.",
    operations: ACCESS_OPERATIONS,
  },
  {
    name: "Webhooks",
    description: "Signed events for a backend or a SIEM.",
    operations: WEBHOOK_OPERATIONS,
  },
  {
    name: "Audit and usage",
    description: "The complete history of the organisation, and what it uses of its plan.",
    operations: AUDIT_OPERATIONS,
  },
  {
    name: "Public verification",
    description: "What anybody may see of one decision. It needs no key.",
    operations: VERIFICATION_OPERATIONS,
  },
];

export const OPERATIONS: readonly Operation[] = OPERATION_GROUPS.flatMap(({ operations }) => operations);
