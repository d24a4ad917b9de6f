import type { z } from "zod";
import type { Scope } from "../../app/account/api-keys.ts";
import { EXPORT_MEDIA_TYPE } from "../../core/evidence/export.ts";
import { RECEIPT_MEDIA_TYPE } from "../../core/evidence/receipt.ts";
import {
  approversAnswer,
  confirmationAnswer,
  changeAnswer,
  inviteAnswer,
  listAnswer,
  problemAnswer,
  verificationAnswer,
} from "./answer-schemas.ts";
import {
  approversExample,
  confirmationExample,
  consumeExample,
  createExample,
  inviteAnswerExample,
  inviteExample,
  recoveryExample,
  roleExample,
  changeAnswerExample,
  listExample,
  verificationExample,
} from "./examples.ts";
import type { ProblemCode } from "../problem.ts";
import {
  consumeRequest,
  createRequest,
  inviteRequest,
  listQuery,
  recoveryRequest,
  roleRequest,
  waitQuery,
} from "./request-schemas.ts";

// The calls of the REST surface as one table: what each takes, gives and may refuse.

export interface Operation {
  readonly method: "get" | "post";
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** Null where anybody may ask, without a key. */
  readonly scope: Scope | null;
  readonly query?: z.ZodObject;
  /** A repetition with the same `Idempotency-Key` gets the first answer. */
  readonly repeatable?: true;
  readonly request?: { readonly schema: RequestName; readonly example: unknown };
  readonly status: 200 | 201;
  /** Its schema, or its media type where its form is its own. */
  readonly answer:
    | { readonly schema: AnswerName; readonly example: (origin: string) => unknown }
    | { readonly media: string };
  readonly problems: readonly ProblemCode[];
}

export const REQUESTS = {
  CreateRequest: createRequest,
  ConsumeRequest: consumeRequest,
  InviteRequest: inviteRequest,
  RecoveryRequest: recoveryRequest,
  RoleRequest: roleRequest,
};
export const ANSWERS = {
  Confirmation: confirmationAnswer,
  ConfirmationList: listAnswer,
  Approvers: approversAnswer,
  Invite: inviteAnswer,
  Change: changeAnswer,
  Verification: verificationAnswer,
  Problem: problemAnswer,
};
export type RequestName = keyof typeof REQUESTS;
export type AnswerName = keyof typeof ANSWERS;

const BODY_PROBLEMS: readonly ProblemCode[] = [
  "payload_not_canonical",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
];
/** What any call may be told. */
export const ANYWHERE: readonly ProblemCode[] = ["internal_error"];
/** What a call with a key may be told on top. */
export const WITH_KEY: readonly ProblemCode[] = ["unauthorized", "forbidden_scope"];
const confirmation = { schema: "Confirmation", example: confirmationExample } as const;

export const OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/api/confirmations",
    id: "createConfirmation",
    summary: "Ask a person to sign an exact action",
    scope: "confirmations:create",
    repeatable: true,
    request: { schema: "CreateRequest", example: createExample },
    status: 201,
    answer: confirmation,
    problems: [...BODY_PROBLEMS, "unknown_approver", "approver_without_passkey", "idempotency_mismatch"],
  },
  {
    method: "get",
    path: "/api/confirmations",
    id: "listConfirmations",
    summary: "Requests of this key's project, newest first",
    scope: "confirmations:read",
    query: listQuery,
    status: 200,
    answer: { schema: "ConfirmationList", example: listExample },
    problems: ["validation_failed"],
  },
  {
    method: "get",
    path: "/api/confirmations/{id}",
    id: "getConfirmation",
    summary: "One request; may wait for its outcome, and answers `pending` when the time is up",
    scope: "confirmations:read",
    query: waitQuery,
    status: 200,
    answer: confirmation,
    problems: ["not_found", "validation_failed"],
  },
  {
    method: "post",
    path: "/api/confirmations/{id}/cancel",
    id: "cancelConfirmation",
    summary: "Take a request back while it is pending",
    scope: "confirmations:create",
    status: 200,
    answer: confirmation,
    problems: ["not_found", "already_decided", "expired"],
  },
  {
    method: "post",
    path: "/api/confirmations/{id}/consume",
    id: "consumeConfirmation",
    summary: "Use an approval, once, for exactly what was approved; run the action only after a 200",
    scope: "confirmations:consume",
    repeatable: true,
    request: { schema: "ConsumeRequest", example: consumeExample },
    status: 200,
    answer: confirmation,
    problems: [
      ...BODY_PROBLEMS,
      "not_found",
      "not_approved",
      "argument_hash_mismatch",
      "already_consumed",
      "execution_window_closed",
      "idempotency_mismatch",
    ],
  },
  {
    method: "get",
    path: "/api/confirmations/{id}/receipt",
    id: "getReceipt",
    summary: "The evidence of a decision, to be verified offline",
    scope: "confirmations:read",
    status: 200,
    answer: { media: RECEIPT_MEDIA_TYPE },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/api/audit/export",
    id: "exportHistory",
    summary: "The tenant's complete history, a line for each sealed record, to be audited against the log",
    scope: "audit:read",
    status: 200,
    answer: { media: EXPORT_MEDIA_TYPE },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/api/approvers",
    id: "listApprovers",
    summary: "Who can be asked",
    scope: "people",
    status: 200,
    answer: { schema: "Approvers", example: () => approversExample },
    problems: [],
  },
  {
    method: "post",
    path: "/api/invites",
    id: "createInvite",
    summary: "Invite a person to create a passkey",
    scope: "people",
    request: { schema: "InviteRequest", example: inviteExample },
    status: 201,
    answer: { schema: "Invite", example: inviteAnswerExample },
    problems: [...BODY_PROBLEMS, "username_taken"],
  },
  {
    method: "post",
    path: "/api/recoveries",
    id: "createRecovery",
    summary:
      "Invite a person again who has lost every passkey; two who manage people then sign for the new one",
    scope: "people",
    request: { schema: "RecoveryRequest", example: recoveryExample },
    status: 201,
    answer: { schema: "Invite", example: inviteAnswerExample },
    problems: [...BODY_PROBLEMS, "unknown_approver", "recovery_impossible"],
  },
  {
    method: "post",
    path: "/api/roles",
    id: "createRoleChange",
    summary: "Ask for another role of a person; it changes once somebody who manages people has signed",
    scope: "people",
    request: { schema: "RoleRequest", example: roleExample },
    status: 201,
    answer: { schema: "Change", example: changeAnswerExample },
    problems: [...BODY_PROBLEMS, "unknown_approver", "recovery_impossible"],
  },
  {
    method: "get",
    path: "/public/log/entries/{id}/verification",
    id: "getVerification",
    summary:
      "What anybody with the id of a sealed request may check of it; the whole receipt if it is revealed",
    scope: null,
    status: 200,
    answer: { schema: "Verification", example: verificationExample },
    problems: ["not_found"],
  },
];
