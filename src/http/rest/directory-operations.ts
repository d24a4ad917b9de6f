import { approversAnswer, changeAnswer, inviteAnswer, templatesAnswer } from "./answer-schemas.ts";
import {
  approversExample,
  changeAnswerExample,
  inviteAnswerExample,
  inviteExample,
  recoveryExample,
  roleExample,
  templateExample,
  templatesExample,
} from "./examples.ts";
import { BODY_PROBLEMS, keyOperation, requestBody, type Operation } from "./operation.ts";
import { createInvite, createRecovery, createRoleChange, getApprovers } from "./people/people-handlers.ts";
import {
  inviteRequest,
  readTemplateRequest,
  recoveryRequest,
  roleRequest,
  templateRequest,
} from "./request-schemas.ts";
import { createTemplateChange, getTemplates } from "./template-handlers.ts";

// The operations about people and templates. What they ask for happens once people have signed it.

const invite = { name: "Invite", schema: inviteAnswer, example: inviteAnswerExample };
const change = { name: "Change", schema: changeAnswer, example: changeAnswerExample };

export const DIRECTORY_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/approvers",
    id: "listApprovers",
    summary: "List the people who can be asked, and whether a notice reaches them",
    scope: "confirmations:create",
    status: 200,
    answer: { name: "Approvers", schema: approversAnswer, example: () => approversExample },
    problems: [],
    handler: getApprovers,
  }),
  keyOperation({
    method: "post",
    path: "/api/invites",
    id: "createInvite",
    summary: "Invite a person to create a passkey",
    scope: "people",
    request: requestBody("InviteRequest", inviteRequest, inviteExample),
    status: 201,
    answer: invite,
    problems: [...BODY_PROBLEMS, "username_taken", "too_many_managers", "person_removed", "plan_limit"],
    handler: createInvite,
  }),
  keyOperation({
    method: "post",
    path: "/api/recoveries",
    id: "createRecovery",
    summary:
      "Invite a person again who lost every passkey; two people who manage people then sign for the new one",
    scope: "people",
    request: requestBody("RecoveryRequest", recoveryRequest, recoveryExample),
    status: 201,
    answer: invite,
    problems: [...BODY_PROBLEMS, "unknown_approver", "recovery_impossible", "person_removed"],
    handler: createRecovery,
  }),
  keyOperation({
    method: "post",
    path: "/api/roles",
    id: "createRoleChange",
    summary:
      "Request another role for a person; it changes once somebody who manages people has signed, and for the roles owner and admin, an owner",
    scope: "people",
    request: requestBody("RoleRequest", roleRequest, roleExample),
    status: 201,
    answer: change,
    problems: [
      ...BODY_PROBLEMS,
      "unknown_approver",
      "recovery_impossible",
      "not_enrolled",
      "last_way_in",
      "too_many_managers",
      "person_removed",
      "plan_limit",
    ],
    handler: createRoleChange,
  }),
  keyOperation({
    method: "get",
    path: "/api/templates",
    id: "listTemplates",
    summary: "List the templates that draw requests, each with the record that set it",
    scope: "people",
    status: 200,
    answer: { name: "Templates", schema: templatesAnswer, example: () => templatesExample },
    problems: [],
    handler: getTemplates,
  }),
  keyOperation({
    method: "post",
    path: "/api/templates",
    id: "createTemplateChange",
    summary:
      "Request that a template draws the requests of one action, or no longer; it does once somebody who manages people has signed",
    scope: "people",
    request: {
      name: "TemplateRequest",
      schema: templateRequest,
      example: templateExample,
      read: readTemplateRequest,
    },
    status: 201,
    answer: change,
    problems: [...BODY_PROBLEMS, "already_decided", "quota_exceeded", "recovery_impossible"],
    handler: createTemplateChange,
  }),
];
