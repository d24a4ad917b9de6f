import { keyOperation, type Operation } from "../operation.ts";
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
import { getPeople, getPerson, removePerson, revokeInvitation } from "./people-handlers.ts";

// The people of an organisation, each by id or by user name.

export const PEOPLE_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/people",
    id: "listPeople",
    summary: "List the people of the organisation by user name, 100 at a time, with the state of each",
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
    summary:
      "Read one person, by id or user name: passkeys, invitations, and changes that wait for signatures",
    scope: "people",
    status: 200,
    answer: { name: "Person", schema: personAnswer, example: () => personExample },
    problems: ["not_found"],
    handler: getPerson,
  }),
  keyOperation({
    method: "post",
    path: "/api/people/{id}/invitation/revoke",
    id: "revokeInvitation",
    summary: "Revoke the link that a person has not used yet",
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
    path: "/api/people/{id}/remove",
    id: "removePerson",
    summary:
      "Remove a person from the organisation; once a passkey was endorsed, it happens when somebody who manages people has signed",
    scope: "people",
    status: 200,
    answer: { name: "Removal", schema: removalAnswer, example: removalExample },
    problems: ["not_found", "person_removed", "last_way_in", "recovery_impossible", "changed_meanwhile"],
    handler: removePerson,
  }),
];
