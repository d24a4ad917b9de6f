import type { Invite } from "../../../core/pages/people-data.ts";
import { answered } from "../../desk/desk-answer.ts";
import type { ApproversAnswer, ChangeAnswer, InviteAnswer } from "../answer-schemas.ts";
import type { RestCall } from "../operation.ts";
import type { InviteRequest, RecoveryRequest, RoleRequest } from "../request-schemas.ts";
import type {
  InvitationRevokedAnswer,
  PeopleAnswer,
  PeopleQuery,
  PersonAnswer,
  RemovalAnswer,
} from "./people-answers.ts";

// The acts of the console about people, for programs. A program saw no page, so nothing it saw can be out of date.

export async function getApprovers({ context, desk, key }: RestCall): Promise<Response> {
  const approvers = answered(context, await desk().approvers(key));
  return context.json({ data: [...approvers] } satisfies ApproversAnswer);
}

export async function getPeople(call: RestCall<undefined, PeopleQuery>): Promise<Response> {
  const { context, desk, key, query } = call;
  const input = { after: query.after ?? null, removed: query.removed === "true" };
  const { people, next } = answered(context, await desk().actWithKey(key, "people.list", input));
  return context.json({ data: [...people], next } satisfies PeopleAnswer);
}

export async function getPerson({ context, desk, key, id }: RestCall): Promise<Response> {
  const { seen: _seen, ...person } = answered(
    context,
    await desk().actWithKey(key, "people.read", { person: id }),
  );
  const { passkeys, invitations, pending } = person;
  return context.json({
    ...person,
    passkeys: [...passkeys],
    invitations: [...invitations],
    pending: pending.map((change) => ({ ...change, asked: [...change.asked] })),
  } satisfies PersonAnswer);
}

export async function createInvite({ context, desk, key, body }: RestCall<InviteRequest>): Promise<Response> {
  const input = { ...body, onlyNew: false, was: null };
  return context.json(
    inviteAnswer(answered(context, await desk().actWithKey(key, "people.invite", input))),
    201,
  );
}

export async function createRecovery(call: RestCall<RecoveryRequest>): Promise<Response> {
  const { context, desk, key, body } = call;
  const input = { person: body.username, was: null };
  const invited = answered(context, await desk().actWithKey(key, "people.recovery", input));
  return context.json(inviteAnswer(invited), 201);
}

export async function createRoleChange(call: RestCall<RoleRequest>): Promise<Response> {
  const { context, desk, key, body } = call;
  const input = { person: body.username, role: body.role, was: null };
  const { url } = answered(context, await desk().actWithKey(key, "people.role", input));
  return context.json({ url } satisfies ChangeAnswer, 201);
}

export async function revokeInvitation({ context, desk, key, id }: RestCall): Promise<Response> {
  answered(context, await desk().actWithKey(key, "people.invitation.revoke", { person: id, was: null }));
  return context.json({ revoked: true } satisfies InvitationRevokedAnswer);
}

export async function removePerson({ context, desk, key, id }: RestCall): Promise<Response> {
  const input = { person: id, was: null };
  const { change } = answered(context, await desk().actWithKey(key, "people.remove", input));
  const answer = { removed: change === null, url: change?.url ?? null };
  return context.json(answer satisfies RemovalAnswer);
}

function inviteAnswer({ enrolUrl, expiresAt }: Invite): InviteAnswer {
  return { enrolUrl, expiresAt };
}
