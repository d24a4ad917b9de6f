import { changeAnswer, inviteAnswer } from "../answer-schemas.ts";
import {
  changeAnswerExample,
  inviteAnswerExample,
  inviteExample,
  recoveryExample,
  roleExample,
} from "../examples.ts";
import { BODY_PROBLEMS, keyOperation, requestBody, type Operation } from "../operation.ts";
import { inviteRequest, recoveryRequest, roleRequest } from "../request-schemas.ts";
import {
  invitationRevokedAnswer,
  peopleAnswer,
  peopleExample,
  peopleQuery,
  personAnswer,
  personExample,
  removalAnswer,
  removalExample,
} from "./people-answers.ts";
import {
  createInvite,
  createRecovery,
  createRoleChange,
  getPeople,
  getPerson,
  removePerson,
  revokeInvitation,
} from "./people-handlers.ts";

// The people of an organisation, and the changes of who may sign. What changes that happens once people have signed it.

const pathId = { description: "The id of the person, or the user name.", example: personExample.username };
const invite = { name: "Invite", schema: inviteAnswer, example: inviteAnswerExample };

export const PEOPLE_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/people",
    id: "listPeople",
    summary: "List people",
    description: "By user name, 100 at a time: `next` is the `after` of the next call.",
    scope: "people",
    query: peopleQuery,
    status: 200,
    answer: { name: "People", schema: peopleAnswer, example: () => peopleExample },
    problems: ["validation_failed"],
    handler: getPeople,
  }),
  keyOperation({
    method: "get",
    path: "/api/people/{id}",
    id: "getPerson",
    summary: "Read a person",
    description: "With passkeys, invitations, and the changes that wait for signatures.",
    pathId,
    scope: "people",
    status: 200,
    answer: { name: "Person", schema: personAnswer, example: () => personExample },
    problems: ["not_found"],
    handler: getPerson,
  }),
  keyOperation({
    method: "post",
    path: "/api/invites",
    id: "createInvite",
    summary: "Invite a person",
    description:
      "The link of the answer creates the person's first passkey, which counts once it is endorsed. An invitation of somebody whose passkey is not endorsed yet replaces the earlier one, with its role.",
    scope: "people",
    request: requestBody("InviteRequest", inviteRequest, inviteExample),
    status: 201,
    answer: invite,
    problems: [
      ...BODY_PROBLEMS,
      "username_taken",
      "too_many_managers",
      "person_removed",
      "plan_limit",
      "changed_meanwhile",
    ],
    handler: createInvite,
  }),
  keyOperation({
    method: "post",
    path: "/api/people/{id}/invitation/revoke",
    id: "revokeInvitation",
    summary: "Revoke an invitation",
    description: "The link that the person has not used yet stops working at once.",
    pathId,
    scope: "people",
    status: 200,
    answer: {
      name: "InvitationRevoked",
      schema: invitationRevokedAnswer,
      example: () => ({ revoked: true }),
    },
    problems: ["not_found", "person_removed", "last_way_in"],
    handler: revokeInvitation,
  }),
  keyOperation({
    method: "post",
    path: "/api/roles",
    id: "createRoleChange",
    summary: "Change a role",
    description:
      "It changes once somebody who manages people has signed at the `url` of the answer. The roles `owner` and `admin` take an owner's signature.",
    scope: "people",
    request: requestBody("RoleRequest", roleRequest, roleExample),
    status: 201,
    answer: { name: "Change", schema: changeAnswer, example: changeAnswerExample },
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
    method: "post",
    path: "/api/recoveries",
    id: "createRecovery",
    summary: "Recover a person",
    description:
      "Invites a person again who lost every passkey. Two people who manage people then sign for the new one, or one if there is only one.",
    scope: "people",
    request: requestBody("RecoveryRequest", recoveryRequest, recoveryExample),
    status: 201,
    answer: invite,
    problems: [...BODY_PROBLEMS, "unknown_approver", "recovery_impossible", "person_removed"],
    handler: createRecovery,
  }),
  keyOperation({
    method: "post",
    path: "/api/people/{id}/remove",
    id: "removePerson",
    summary: "Remove a person",
    description:
      "Ends the person's passkeys, sessions, links, and the keys that the person created, once somebody who manages people has signed at the `url` of the answer. A person of whom no passkey was ever endorsed is removed at once.",
    pathId,
    scope: "people",
    status: 200,
    answer: { name: "Removal", schema: removalAnswer, example: removalExample },
    problems: ["not_found", "person_removed", "last_way_in", "recovery_impossible", "changed_meanwhile"],
    handler: removePerson,
  }),
];
