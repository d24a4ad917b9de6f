import { RECEIPT_MEDIA_TYPE } from "../../core/evidence/receipt.ts";
import { approversAnswer, confirmationAnswer, listAnswer } from "./answer-schemas.ts";
import {
  cancelConfirmation,
  consumeConfirmation,
  createConfirmation,
  getConfirmation,
  getReceipt,
  listConfirmations,
} from "./confirmation-handlers.ts";
import { CONFIRMATION_ID } from "./example-ids.ts";
import {
  approvedExample,
  approversExample,
  cancelledExample,
  confirmationExample,
  consumedExample,
  consumeExample,
  createExample,
  listExample,
} from "./examples.ts";
import { BODY_PROBLEMS, keyOperation, type Operation } from "./operation.ts";
import { getApprovers } from "./people/people-handlers.ts";
import {
  consumeRequest,
  createRequest,
  listQuery,
  readConsumeRequest,
  readCreateRequest,
  waitQuery,
} from "./request-schemas.ts";

// Asking a person, and acting on the answer. Every default key may call these.

const pathId = { description: "The `id` of the request.", example: CONFIRMATION_ID };
const confirmation = { name: "Confirmation", schema: confirmationAnswer };

export const CONFIRMATION_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "post",
    path: "/api/confirmations",
    id: "createConfirmation",
    summary: "Create a request",
    description:
      "Asks people to sign an exact action with their passkeys. The answer is `pending` and has the address where they decide. Without rules, `username` or `policy` says who; with rules they choose, and a `username` counts only where they allow a named person. Only people with an active passkey can be asked.",
    scope: "confirmations:create",
    repeatable: true,
    request: {
      name: "CreateRequest",
      schema: createRequest,
      example: createExample,
      read: readCreateRequest,
    },
    status: 201,
    answer: { ...confirmation, example: confirmationExample },
    problems: [
      ...BODY_PROBLEMS,
      "unknown_approver",
      "approver_without_passkey",
      "policy_not_allowed",
      "rules_too_costly",
      "policy_unmeetable",
      "rules_changed",
      "idempotency_mismatch",
      "rejection_locked",
      "quota_exceeded",
    ],
    handler: createConfirmation,
  }),
  keyOperation({
    method: "get",
    path: "/api/confirmations/{id}",
    id: "getConfirmation",
    summary: "Read a request",
    description:
      "With `wait` the call waits for the outcome, and answers `pending` if there is none by then: call it again. Act only if `status` is `approved`. An answer has an `ETag`: with `If-None-Match` the same answer is not sent again (304).",
    pathId,
    scope: "confirmations:read",
    query: waitQuery,
    status: 200,
    answer: { ...confirmation, example: approvedExample },
    problems: ["not_found", "erased", "validation_failed"],
    handler: getConfirmation,
  }),
  keyOperation({
    method: "post",
    path: "/api/confirmations/{id}/consume",
    id: "consumeConfirmation",
    summary: "Consume an approval",
    description:
      "Uses an approval, once, for exactly what was approved. Call it right before the action, with the payload that you are about to run, and run the action only after a 200. With an `Idempotency-Key` a repetition gets the first success again, so a lost answer is no problem.",
    pathId,
    scope: "confirmations:consume",
    repeatable: true,
    request: {
      name: "ConsumeRequest",
      schema: consumeRequest,
      example: consumeExample,
      read: readConsumeRequest,
    },
    status: 200,
    answer: { ...confirmation, example: consumedExample },
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
    summary: "Download a receipt",
    description:
      "The evidence of an outcome in one file, which anybody can verify offline. It exists once the outcome is in the log, for every outcome: also for one that nobody signed.",
    pathId,
    scope: "confirmations:read",
    status: 200,
    answer: { media: RECEIPT_MEDIA_TYPE, file: "receipt.json" },
    problems: ["not_found", "erased", "receipt_too_large"],
    handler: getReceipt,
  }),
  keyOperation({
    method: "get",
    path: "/api/confirmations",
    id: "listConfirmations",
    summary: "List requests",
    description:
      "Those of the key's project, the newest first. A page can have fewer than `limit` items although older ones match: go on with `nextCursor` until `hasMore` is false.",
    scope: "confirmations:read",
    query: listQuery,
    status: 200,
    answer: { name: "ConfirmationList", schema: listAnswer, example: listExample },
    problems: ["validation_failed"],
    handler: listConfirmations,
  }),
  keyOperation({
    method: "post",
    path: "/api/confirmations/{id}/cancel",
    id: "cancelConfirmation",
    summary: "Cancel a request",
    description: "Withdraws a pending request. The person can no longer decide it.",
    pathId,
    scope: "confirmations:create",
    status: 200,
    answer: { ...confirmation, example: cancelledExample },
    problems: ["not_found", "erased", "already_decided", "expired"],
    handler: cancelConfirmation,
  }),
  keyOperation({
    method: "get",
    path: "/api/approvers",
    id: "listApprovers",
    summary: "List approvers",
    description: "The people who can be asked now, and whether a notice reaches each of them.",
    scope: "confirmations:create",
    status: 200,
    answer: { name: "Approvers", schema: approversAnswer, example: () => approversExample },
    problems: [],
    handler: getApprovers,
  }),
];
