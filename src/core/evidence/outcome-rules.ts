import {
  everyoneIn,
  isEndedByRejections,
  isMet,
  mayOverride,
  parsePolicy,
  policyHash,
  singleApproverPolicy,
  whoMayVote,
  type Approvals,
  type Policy,
} from "../policy/policy.ts";
import type { Statement } from "../confirmation/statement.ts";
import { isChange } from "../stream/change-format.ts";
import type { PastDirectories } from "./choice/past-directories.ts";
import type { SignedRecord } from "./receipt.ts";
import type { Failure } from "./check.ts";

// Which outcome follows from which votes, under which policy and at which time. The service applies the same rules
// when it decides (core/confirmation/decision.ts), so an honest record always passes.

/** The policy must be the signed one and valid, and let every signer vote as they did. */
export function policyFailure(signed: SignedRecord): Failure {
  const { record, evidence } = signed;
  const { policy, signers } = evidence;
  const { body } = record;
  if (policy === null && body.policyHash !== null)
    return "the policy that was signed is missing from the file";
  if (policy !== null) {
    if (policyHash(policy) !== body.policyHash)
      return "the policy in the file is not the one that was signed";
    const parsed = parsePolicy(policy);
    if (!parsed.ok) return `the policy is not valid: ${parsed.refusal.detail}`;
    if (record.type !== "decision" && policy.chosen !== null)
      return "rules chose the policy of a change of the directory, whose signers follow from the change";
  }
  const votes = votesOf(signed);
  for (const { statement } of signers) {
    const failure = voteFailure(statement, votes);
    if (failure !== undefined) return failure;
  }
  return timesFailure(
    votes,
    signers.map(({ statement }) => statement),
  );
}

/**
 * Nobody is asked for a stage before those before it are met. But a stage opens again if one of its signatures no longer
 * counts: then a later one may take its place.
 */
export function stageFailure({ record, evidence }: SignedRecord, past: PastDirectories): Failure {
  const { policy, signers } = evidence;
  if (policy === null || policy.stages.length === 1) return undefined;
  const people = everyoneIn(policy);
  const changes = past.between(policy.chosen?.seq ?? 0, record.body.directory.seq);
  if (changes.some(({ unseated }) => unseated !== null && people.has(unseated))) return undefined;
  // An emergency approval may come at any stage.
  const statements = signers.map(({ statement }) => statement).filter(({ vote }) => vote !== "break-glass");
  for (const { stage, issued, approver } of statements) {
    const earlier = statements.find((other) => other.stage < stage && other.issued > issued);
    if (earlier !== undefined)
      return `${approver.username} signed for stage ${stage} before ${earlier.approver.username} signed for stage ${earlier.stage}`;
  }
  return undefined;
}

/** A policy can shorten the time in which a request may be decided, and in which an approval may be used. */
function timesFailure({ rules }: Votes, statements: readonly Statement[]): Failure {
  const { expiresInSeconds, executeWithinSeconds } = rules;
  for (const statement of statements) {
    const open = Date.parse(statement.expires) - Date.parse(statement.created);
    if (expiresInSeconds !== null && open > expiresInSeconds * 1_000)
      return "the request was open for longer than the policy allows";
    const window = statement.executeWithinSeconds ?? Number.POSITIVE_INFINITY;
    if (executeWithinSeconds !== null && window > executeWithinSeconds)
      return "the approval may be used for longer than the policy allows";
  }
  return undefined;
}

function voteFailure(statement: Statement, { rules, elapsed }: Votes): Failure {
  const { vote, approver, requester, reason, stage } = statement;
  const { id, username } = approver;
  if (stage > rules.stages.length) return `${username} signed for a stage that the policy does not have`;
  if (vote !== "break-glass")
    return whoMayVote(rules, stage, elapsed, requester.person).has(id)
      ? undefined
      : `the policy does not ask ${username}, or not yet at that time`;
  if (!mayOverride(rules, id, requester.person))
    return `the policy does not let ${username} approve alone in an emergency`;
  return reason.trim() === "" ? "an emergency approval needs a reason" : undefined;
}

/** The outcome must follow from the votes under the policy, in the time that the request had. */
export function outcomeFailure(signed: SignedRecord): Failure {
  const { record, evidence } = signed;
  const { outcome, expires } = record.body;
  // Whether such a policy is met could take forever to compute.
  if (evidence.policy !== null && !parsePolicy(evidence.policy).ok) return "the policy is not valid";
  if (outcome === "expired" && record.at < expires) return "it is recorded as expired before it expired";
  if (outcome !== "expired" && record.at >= expires)
    return "the decision was recorded after the request expired";
  if (
    new Set(evidence.signers.map(({ statement }) => statement.approver.id)).size !== evidence.signers.length
  )
    return "one person signed twice";
  if (evidence.policy === null && evidence.signers.length > 1)
    return "more than one person signed a request to one person";
  return typeFailure(signed) ?? votesFailure(outcome, votesOf(signed));
}

/** Otherwise the operator could seal a signed revocation as a decision, and the passkey would stay active. */
function typeFailure({ record, evidence: { payload } }: SignedRecord): Failure {
  const { outcome } = record.body;
  if (record.type !== "decision")
    return outcome === "approved" ? undefined : "a change of the directory is sealed that was not approved";
  const approval = outcome === "approved" || outcome === "break-glass";
  return approval && payload !== null && isChange(payload)
    ? "an approved change of the directory is sealed as an ordinary decision"
    : undefined;
}

function votesFailure(outcome: SignedRecord["record"]["body"]["outcome"], votes: Votes): Failure {
  const { rules, elapsed, approvals, rejecters, emergencies, requester } = votes;
  const met = isMet(rules, approvals, elapsed);
  const isRejected = isEndedByRejections(rules, approvals, rejecters, requester);
  switch (outcome) {
    case "approved":
      if (emergencies.size > 0) return "an emergency approval is sealed as an ordinary one";
      if (isRejected) return "somebody rejected the request";
      return met ? undefined : "the signatures do not meet the policy";
    case "rejected":
      if (emergencies.size > 0) return "an emergency approval is sealed as a rejection";
      if (rejecters.size === 0) return "nobody signed a rejection";
      if (met) return "the signatures met the policy before the rejection";
      return isRejected ? undefined : "the policy could still be met despite the rejections";
    case "break-glass":
      if (emergencies.size !== 1) return "not exactly one person signed an emergency approval";
      if (isRejected) return "somebody rejected the request";
      return met ? "the other signatures meet the policy, so it was no emergency approval" : undefined;
    case "expired":
    case "cancelled":
      if (emergencies.size > 0) return "an emergency approval is sealed as a request without a decision";
      if (isRejected) return "a rejection is sealed as a request without a decision";
      return met ? "the signatures met the policy before the request ended" : undefined;
  }
}

interface Votes {
  readonly rules: Policy;
  /** From the request to its end, in milliseconds. */
  readonly elapsed: number;
  readonly requester: string | null;
  readonly approvals: Approvals;
  readonly rejecters: ReadonlySet<string>;
  readonly emergencies: ReadonlySet<string>;
}

function votesOf({ record, evidence: { signers, policy } }: SignedRecord): Votes {
  const statements = signers.map(({ statement }) => statement);
  const [first] = statements;
  // An escalation counts up to the last moment at which somebody could vote, also if the expiry is recorded later.
  const end = Math.min(Date.parse(record.at), Date.parse(record.body.expires) - 1);
  const by = (vote: Statement["vote"]) =>
    new Set(statements.flatMap((statement) => (statement.vote === vote ? [statement.approver.id] : [])));
  return {
    rules: policy ?? singleApproverPolicy(first?.approver.id ?? ""),
    elapsed: first === undefined ? 0 : end - Date.parse(first.created),
    requester: first?.requester.person ?? null,
    approvals: new Map(
      statements.flatMap(({ vote, approver, stage }) => (vote === "approve" ? [[approver.id, stage]] : [])),
    ),
    rejecters: by("reject"),
    emergencies: by("break-glass"),
  };
}

/** What a valid outcome that nobody signs proves; undefined for those that people sign. */
export function unsignedOutcomeText({ record, evidence }: SignedRecord): string | undefined {
  const { outcome } = record.body;
  if (outcome !== "expired" && outcome !== "cancelled") return undefined;
  return UNSIGNED_OUTCOMES[outcome][evidence.signers.length === 0 ? "unsigned" : "signed"];
}

const UNSIGNED_OUTCOMES = {
  expired: {
    unsigned: "Nobody signed. That the request expired is the operator's word.",
    signed:
      "The signatures did not decide the request in time. That nobody else signed is the operator's word.",
  },
  cancelled: {
    unsigned: "Nobody signed. That the request was cancelled is the operator's word.",
    signed: "The signatures did not decide the request. That it was cancelled then is the operator's word.",
  },
} as const;
