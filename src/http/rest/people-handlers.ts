import { requestRole } from "../../app/directory/role-change.ts";
import { invite, inviteToRecover, type Invite } from "../../app/account/invite.ts";
import { listApprovers } from "../../app/account/approvers.ts";
import { isoTime } from "../../app/runtime.ts";
import { orRefuse } from "../http-refusal.ts";
import type { ApproversAnswer, ChangeAnswer, InviteAnswer } from "./answer-schemas.ts";
import type { RestCall } from "./operation.ts";
import type { InviteRequest, RecoveryRequest, RoleRequest } from "./request-schemas.ts";

export async function getApprovers({ context, principal }: RestCall): Promise<Response> {
  const approvers = await listApprovers(principal.store);
  return context.json({ data: [...approvers] } satisfies ApproversAnswer);
}

export async function createInvite(call: RestCall<InviteRequest>): Promise<Response> {
  const { context, runtime, principal, body } = call;
  const invited = await invite(runtime, principal.store, body.username, body.role);
  return context.json(inviteAnswer(orRefuse(invited)), 201);
}

export async function createRecovery(call: RestCall<RecoveryRequest>): Promise<Response> {
  const { context, runtime, principal, body } = call;
  const invited = await inviteToRecover(runtime, principal.store, body.username);
  return context.json(inviteAnswer(orRefuse(invited)), 201);
}

export async function createRoleChange(call: RestCall<RoleRequest>): Promise<Response> {
  const { context, runtime, principal, body } = call;
  const { store, requester } = principal;
  const url = orRefuse(await requestRole(runtime, store, requester, body.username, body.role));
  return context.json({ url } satisfies ChangeAnswer, 201);
}

function inviteAnswer({ enrolUrl, expiresAt }: Invite): InviteAnswer {
  return { enrolUrl, expiresAt: isoTime(expiresAt) };
}
