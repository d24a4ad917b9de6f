import { SHOWN_ORIGIN } from "../../../core/docs/shown-origin.ts";
import type { ProblemCode } from "../../../http/problem.ts";
import {
  approvalAnswer,
  approversAnswer,
  consumedAnswer,
  listAnswer,
  refusalResult,
  waitingAnswer,
  type AnsweredView,
} from "../../../http/mcp/tool-results.ts";
import { approvedExample, createExample } from "../../../http/rest/examples.ts";
import { PROBLEM_TEXTS } from "../../../http/site/problems/problem-texts.ts";

// Answers of the tools, made by the same functions that make the real ones.

interface ToolExample {
  /** What the agent sends. */
  readonly input: object;
  readonly outcomes: readonly ToolOutcome[];
}

interface ToolOutcome {
  readonly title: string;
  /** What the example shows besides, in Markdown. */
  readonly note?: string;
  readonly answer: unknown;
}

const PLATFORM = { origin: SHOWN_ORIGIN };
const APPROVED = approvedExample(SHOWN_ORIGIN);
const PENDING_VIEW: AnsweredView = {
  row: {
    id: APPROVED.id,
    projectMode: "live",
    action: APPROVED.action,
    payloadHash: APPROVED.payloadHash,
    policyName: null,
    expiresAt: Date.parse(APPROVED.expiresAt),
    consumedAt: null,
  },
  status: "pending",
  isUsable: false,
  code: APPROVED.code,
  username: APPROVED.username,
  decidedAt: null,
  votes: [],
  index: null,
  sentence: null,
  signing: {
    approvers: ["alex"],
    progress: { have: 0, need: 1 },
    stage: { number: 1, of: 1 },
    waitingFor: "people",
    text: "0 of 1 signature: alex is asked until 12:15 UTC.",
  },
};
/** Alex has signed for finance, and somebody of security must. */
const SHARED_VIEW: AnsweredView = {
  ...PENDING_VIEW,
  username: null,
  row: { ...PENDING_VIEW.row, policyName: "finance-and-security" },
  signing: {
    ...PENDING_VIEW.signing,
    approvers: ["yan", "zoe"],
    progress: { have: 1, need: 2 },
    text: "1 of 2 signatures: finance has signed, one of security (yan or zoe) is asked until 12:15 UTC.",
  },
};
const CREATED_AT = Date.parse(APPROVED.createdAt);
const CONSUMED_AT = Date.parse("2026-01-31T12:03:21.000Z");

function ended(status: AnsweredView["status"], more: Partial<AnsweredView> = {}): AnsweredView {
  const signing = { ...PENDING_VIEW.signing, approvers: [], waitingFor: null, text: "" };
  return { ...PENDING_VIEW, status, decidedAt: APPROVED.decidedAt, signing, ...more };
}

const approvedView = ended("approved", {
  isUsable: true,
  votes: [{ reason: "" }],
  index: 41,
  signing: { ...ended("approved").signing, progress: { have: 1, need: 1 } },
});
const testView = { ...approvedView, row: { ...approvedView.row, projectMode: "test" as const } };
const usedView = {
  ...approvedView,
  isUsable: false,
  row: { ...approvedView.row, consumedAt: CONSUMED_AT },
};
const rejectedView = ended("rejected", { votes: [{ reason: "The invoice was paid on Monday" }], index: 41 });

const pending = (isHeard: boolean) => waitingAnswer(approvalAnswer(PLATFORM, PENDING_VIEW), isHeard);
const answered = (view: AnsweredView) => approvalAnswer(PLATFORM, view);

function refused(code: ProblemCode): ToolOutcome {
  const { detail = "" } = PROBLEM_TEXTS[code].example;
  const result = refusalResult({ code, detail });
  return { title: `Refused: \`${code}\``, answer: result.structuredContent };
}

const ID = { confirmation_id: APPROVED.id };
const { action, payload, username } = createExample;

export const TOOL_EXAMPLES: Readonly<Record<string, ToolExample>> = {
  request_human_approval: {
    input: { action, payload, approver_username: username },
    outcomes: [
      { title: "Approved", answer: answered(approvedView) },
      { title: "Pending", answer: pending(true) },
      {
        title: "Pending, and no notice goes to the approver",
        note: "The agent's user has to bring the address to the approver.",
        answer: pending(false),
      },
      {
        title: "Pending under a policy of several people",
        answer: waitingAnswer(approvalAnswer(PLATFORM, SHARED_VIEW), true),
      },
      { title: "Rejected", answer: answered(rejectedView) },
      refused("unknown_approver"),
      refused("policy_not_allowed"),
      refused("rejection_locked"),
    ],
  },
  get_approval: {
    input: { ...ID, wait_seconds: 25 },
    outcomes: [
      { title: "Approved in a test project", answer: answered(testView) },
      { title: "Expired", answer: answered(ended("expired")) },
      { title: "Approved, and used before", answer: answered(usedView) },
      refused("not_found"),
    ],
  },
  cancel_approval: {
    input: ID,
    outcomes: [{ title: "Cancelled", answer: answered(ended("cancelled")) }, refused("already_decided")],
  },
  consume_approval: {
    input: { ...ID, payload },
    outcomes: [
      { title: "Used now", answer: consumedAnswer(PLATFORM, usedView) },
      refused("argument_hash_mismatch"),
      refused("already_consumed"),
    ],
  },
  list_approvals: {
    input: { status: "pending", limit: 20 },
    outcomes: [
      {
        title: "A list",
        answer: listAnswer(
          [
            {
              row: { ...PENDING_VIEW.row, createdAt: CREATED_AT },
              status: "pending",
              username: APPROVED.username,
            },
          ],
          false,
        ),
      },
    ],
  },
  list_approvers: {
    input: {},
    outcomes: [
      {
        title: "A list",
        answer: approversAnswer([
          { username: "alex", role: "owner", reachable: true },
          { username: "maria", role: "approver", reachable: false },
        ]),
      },
    ],
  },
};
