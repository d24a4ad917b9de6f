import { EXPORT_MEDIA_TYPE } from "../../core/evidence/export.ts";
import { RECEIPT_MEDIA_TYPE } from "../../core/evidence/receipt.ts";
import { ACCESS_OPERATIONS } from "./account/access-operations.ts";
import { WEBHOOK_OPERATIONS } from "./account/webhook-operations.ts";
import { getVerification } from "../public/verification-handler.ts";
import { confirmationAnswer, listAnswer, verificationAnswer } from "./answer-schemas.ts";
import { exportHistory } from "./audit-handlers.ts";
import {
  cancelConfirmation,
  consumeConfirmation,
  createConfirmation,
  getConfirmation,
  getReceipt,
  listConfirmations,
} from "./confirmation-handlers.ts";
import {
  confirmationExample,
  consumeExample,
  createExample,
  listExample,
  verificationExample,
} from "./examples.ts";
import { BODY_PROBLEMS, keyOperation, publicOperation, type Operation } from "./operation.ts";
import { DIRECTORY_OPERATIONS } from "./directory-operations.ts";
import { PEOPLE_OPERATIONS } from "./people/people-operations.ts";
import { usageOperation } from "./usage-operation.ts";
import {
  consumeRequest,
  createRequest,
  listQuery,
  readConsumeRequest,
  readCreateRequest,
  waitQuery,
} from "./request-schemas.ts";

// The REST API as one table. The routes and the OpenAPI document are both made from it.

const confirmation = { name: "Confirmation", schema: confirmationAnswer, example: confirmationExample };

export const OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "post",
    path: "/api/confirmations",
    id: "createConfirmation",
    summary: "Ask a person to sign an exact action",
    scope: "confirmations:create",
    repeatable: true,
    request: {
      name: "CreateRequest",
      schema: createRequest,
      example: createExample,
      read: readCreateRequest,
    },
    status: 201,
    answer: confirmation,
    problems: [
      ...BODY_PROBLEMS,
      "unknown_approver",
      "approver_without_passkey",
      "idempotency_mismatch",
      "quota_exceeded",
    ],
    handler: createConfirmation,
  }),
  keyOperation({
    method: "get",
    path: "/api/confirmations",
    id: "listConfirmations",
    summary: "List the requests of this key's project, newest first",
    scope: "confirmations:read",
    query: listQuery,
    status: 200,
    answer: { name: "ConfirmationList", schema: listAnswer, example: listExample },
    problems: ["validation_failed"],
    handler: listConfirmations,
  }),
  keyOperation({
    method: "get",
    path: "/api/confirmations/{id}",
    id: "getConfirmation",
    summary:
      "Read one request; `wait` waits for its outcome, and the answer is `pending` if there is none yet",
    scope: "confirmations:read",
    query: waitQuery,
    status: 200,
    answer: confirmation,
    problems: ["not_found", "erased", "validation_failed"],
    handler: getConfirmation,
  }),
  keyOperation({
    method: "post",
    path: "/api/confirmations/{id}/cancel",
    id: "cancelConfirmation",
    summary: "Withdraw a pending request",
    scope: "confirmations:create",
    status: 200,
    answer: confirmation,
    problems: ["not_found", "erased", "already_decided", "expired"],
    handler: cancelConfirmation,
  }),
  keyOperation({
    method: "post",
    path: "/api/confirmations/{id}/consume",
    id: "consumeConfirmation",
    summary: "Use an approval, once, for exactly what was approved; run the action only after a 200",
    scope: "confirmations:consume",
    repeatable: true,
    request: {
      name: "ConsumeRequest",
      schema: consumeRequest,
      example: consumeExample,
      read: readConsumeRequest,
    },
    status: 200,
    answer: confirmation,
    problems: [
      ...BODY_PROBLEMS,
      "not_found",
      "erased",
      "not_approved",
      "argument_hash_mismatch",
      "already_consumed",
      "execution_window_closed",
      "idempotency_mismatch",
    ],
    handler: consumeConfirmation,
  }),
  keyOperation({
    method: "get",
    path: "/api/confirmations/{id}/receipt",
    id: "getReceipt",
    summary: "Download the evidence of a decision, which anybody can verify offline",
    scope: "confirmations:read",
    status: 200,
    answer: { media: RECEIPT_MEDIA_TYPE },
    problems: ["not_found", "erased", "receipt_too_large"],
    handler: getReceipt,
  }),
  keyOperation({
    method: "get",
    path: "/api/audit/export",
    id: "exportHistory",
    summary:
      "Download the organisation's complete history, one line for each sealed record, to audit it against the log",
    scope: "audit:read",
    status: 200,
    answer: { media: EXPORT_MEDIA_TYPE },
    problems: ["not_found"],
    handler: exportHistory,
  }),
  usageOperation,
  ...PEOPLE_OPERATIONS,
  ...DIRECTORY_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  publicOperation({
    method: "get",
    path: "/public/log/entries/{id}/verification",
    id: "getVerification",
    summary:
      "What anybody with the id of a sealed request can verify; includes the receipt if it was made public",
    status: 200,
    answer: { name: "Verification", schema: verificationAnswer, example: verificationExample },
    problems: ["not_found", "erased", "receipt_too_large"],
    handler: getVerification,
  }),
];
