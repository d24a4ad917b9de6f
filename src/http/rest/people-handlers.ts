import type { Invite } from "../../app/account/invite.ts";
import { isoTime } from "../../app/runtime.ts";
import { answered } from "../desk/desk-answer.ts";
import type { ApproversAnswer, ChangeAnswer, InviteAnswer } from "./answer-schemas.ts";
import type { RestCall } from "./operation.ts";
import type { InviteRequest, RecoveryRequest, RoleRequest } from "./request-schemas.ts";

export async function getApprovers({ context, desk, key }: RestCall): Promise<Response> {
  const approvers = answered(context, await desk().approvers(key));
  return context.json({ data: [...approvers] } satisfies ApproversAnswer);
}

export async function createInvite({ context, desk, key, body }: RestCall<InviteRequest>): Promise<Response> {
  const invited = answered(context, await desk().invite(key, body.username, body.role));
  return context.json(inviteAnswer(invited), 201);
}

export async function createRecovery(call: RestCall<RecoveryRequest>): Promise<Response> {
  const { context, desk, key, body } = call;
  const invited = answered(context, await desk().inviteToRecover(key, body.username));
  return context.json(inviteAnswer(invited), 201);
}

export async function createRoleChange(call: RestCall<RoleRequest>): Promise<Response> {
  const { context, desk, key, body } = call;
  const url = answered(context, await desk().requestRole(key, body.username, body.role));
  return context.json({ url } satisfies ChangeAnswer, 201);
}

function inviteAnswer({ enrolUrl, expiresAt }: Invite): InviteAnswer {
  return { enrolUrl, expiresAt: isoTime(expiresAt) };
}
