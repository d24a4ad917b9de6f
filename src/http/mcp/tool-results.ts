import type { CallToolResult } from "@modelcontextprotocol/server";
import type { ConfirmationView } from "../../app/confirmation/view.ts";
import type { ListItem } from "../../app/confirmation/list.ts";
import { isoTime, isoTimeOrNull, type Platform } from "../../app/runtime.ts";
import type { Refusal } from "../../core/refusal.ts";
import { problemDetails } from "../problem.ts";
import type { Approver } from "../../app/people/approvers.ts";
import type { ApprovalAnswer, ApproversAnswer, ListAnswer } from "./tool-schemas.ts";

// The answers to an agent. `approved` comes first, and is true only for an approval that may be used now.
// Some clients show the model the text, others the structured content, so both are the same.

/** A person needs some time, and each poll fills the context of the model. */
const RETRY_AFTER_SECONDS = 15;

const NEXT_STEPS = {
  pending: "Do NOT perform the action.",
  askAgain: "Call get_approval with confirmation_id.",
  unheard:
    "The approver gets no notice: show approval_url to your user, who must open it or send it to the approver. Then call get_approval with confirmation_id.",
  approved:
    "You may perform the action once, with exactly the payload that was approved. If you have consume_approval, call it with that payload right before.",
  spent:
    "Do NOT perform the action: this approval was already used or its time is over. Ask for a new approval to do it again.",
  consumed: "This approval is now used. Perform the action now, once, with exactly this payload.",
  rejected:
    "Do NOT perform the action, do not work around it, and do not reword and resubmit it. Tell your user that it was rejected.",
  expired: "Do NOT perform the action: nobody decided in time. Ask again only if your user still wants it.",
  cancelled: "Do NOT perform the action: the request was withdrawn.",
  error: "Do NOT perform the action. Nothing was approved.",
  test: "This is a TEST approval: perform the action only where nothing real depends on it. ",
  approvers:
    "Pass one username as approver_username to request_human_approval. If reachable is false, show the approval_url of its answer to your user.",
  list: "A list is not an approval. Call get_approval for the request that you need.",
} as const;

/** For a request that waits. The approver has no channel: only the agent's user can bring the address to them. */
export function waitingAnswer(answer: ApprovalAnswer, isHeard: boolean): ApprovalAnswer {
  if (answer.status !== "pending") return answer;
  const { next_step: step, ...others } = answer;
  const unheard = step.replace(NEXT_STEPS.askAgain, NEXT_STEPS.unheard);
  return { ...others, notified: isHeard, next_step: isHeard ? step : unheard };
}

export function approversAnswer(approvers: readonly Approver[]): ApproversAnswer {
  return {
    approved: false,
    approvers: approvers.map(({ username, reachable }) => ({ username, reachable })),
    next_step: NEXT_STEPS.approvers,
  };
}

/** The origin of the addresses in an answer. */
type Origin = Pick<Platform, "origin">;
/** What an answer says of a request, and what a list says of one. */
export type AnsweredView = Omit<ConfirmationView, "row" | "votes"> & {
  readonly row: Pick<ConfirmationView["row"], AnsweredColumn>;
  readonly votes: readonly Pick<ConfirmationView["votes"][number], "reason">[];
};
type AnsweredItem = Omit<ListItem, "row"> & {
  readonly row: Pick<ListItem["row"], AnsweredColumn | "createdAt">;
};
type AnsweredColumn =
  | "id"
  | "policyName"
  | "projectMode"
  | "action"
  | "payloadHash"
  | "expiresAt"
  | "consumedAt";

export function approvalAnswer(platform: Origin, view: AnsweredView): ApprovalAnswer {
  const { row, status, isUsable } = view;
  const reason = view.votes.map((one) => one.reason).find((text) => text !== "");
  return {
    approved: isUsable,
    status,
    mode: row.projectMode,
    confirmation_id: row.id,
    approver: view.username,
    ...(row.policyName === null ? {} : { policy: row.policyName }),
    progress: view.signing.progress,
    action: row.action,
    payload_sha256: row.payloadHash,
    comparison_code: view.code,
    approval_url: `${platform.origin}/approve/${row.id}`,
    expires_at: isoTime(row.expiresAt),
    ...(status === "pending" ? { retry_after_seconds: RETRY_AFTER_SECONDS } : { decided_at: view.decidedAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(status === "approved"
      ? {
          consumed_at: isoTimeOrNull(row.consumedAt),
          log_index: view.index,
        }
      : {}),
    next_step: isUsable ? ofMode(row, NEXT_STEPS.approved) : nextStep(view),
  };
}

/** A pending request says in words whose signatures are missing, or that only the log is. */
function nextStep({ status, signing }: AnsweredView): string {
  return status === "pending"
    ? `${NEXT_STEPS.pending} ${signing.text} ${NEXT_STEPS.askAgain}`
    : NEXT_STEPS[status === "approved" ? "spent" : status];
}

/** For the one call that used the approval, and for its repetitions with the same idempotency key. */
export function consumedAnswer(platform: Origin, view: AnsweredView): ApprovalAnswer {
  return {
    ...approvalAnswer(platform, view),
    approved: true,
    next_step: ofMode(view.row, NEXT_STEPS.consumed),
  };
}

/** An agent that may go on must know if it is a test. */
function ofMode({ projectMode }: AnsweredView["row"], step: string): string {
  return projectMode === "live" ? step : `${NEXT_STEPS.test}${step}`;
}

export function listAnswer(items: readonly AnsweredItem[], hasMore: boolean): ListAnswer {
  return {
    approved: false,
    approvals: items.map(({ row, status, username }) => ({
      confirmation_id: row.id,
      status,
      mode: row.projectMode,
      action: row.action,
      approver: username,
      payload_sha256: row.payloadHash,
      created_at: isoTime(row.createdAt),
      expires_at: isoTime(row.expiresAt),
      consumed_at: isoTimeOrNull(row.consumedAt),
    })),
    has_more: hasMore,
    next_step: NEXT_STEPS.list,
  };
}

/** A mistake in the call that a model can correct. */
export function refusalResult(refusal: Refusal): CallToolResult {
  return toolResult(errorAnswer(refusal));
}

function errorAnswer(refusal: Refusal): ApprovalAnswer {
  const { code, detail, errors } = problemDetails({ instance: "/mcp", requestId: "" }, refusal);
  return {
    approved: false,
    status: "error",
    code,
    message: MESSAGES[code] ?? detail,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    next_step: NEXT_STEPS.error,
  };
}

/** Replaces the words of REST where they would mislead a model. */
const MESSAGES: Readonly<Record<string, string>> = {
  not_found: "there is no such approval; use a confirmation_id that request_human_approval returned",
  already_decided: "this was already decided, so it can't be cancelled; call get_approval to see the outcome",
  already_consumed: "this approval was already used; do not perform the action a second time",
  erased: "this request is too old: its content was erased, and nothing may be done because of it",
  unauthorized: "this API key is no longer valid; ask your user for a new one",
};

export function toolResult(answer: ApprovalAnswer | ApproversAnswer | ListAnswer): CallToolResult {
  const isError = "status" in answer && answer.status === "error";
  return {
    content: [{ type: "text", text: JSON.stringify(answer) }],
    structuredContent: answer,
    ...(isError ? { isError } : {}),
  };
}
