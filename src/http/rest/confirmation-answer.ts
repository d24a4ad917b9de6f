import { codeOf, executeWithinSecondsOf } from "../../app/confirmation/create.ts";
import { metadataOf, type ConfirmationView } from "../../app/confirmation/view.ts";
import type { ListItem } from "../../app/confirmation/list.ts";
import { isoTime, isoTimeOrNull, type Platform } from "../../app/runtime.ts";
import type { Assertion } from "../../core/webauthn/assertion.ts";
import type { ConfirmationAnswer, ConfirmationSummary } from "./answer-schemas.ts";

// A confirmation as REST answers it.

export function summaryOf(
  platform: Platform,
  { row, status, username }: ListItem,
  code = codeOf(row),
): ConfirmationSummary {
  // Until the outcome is sealed, the status is pending and the time of the decision stays hidden.
  const isDecided = status !== "pending";
  return {
    id: row.id,
    url: `${platform.origin}/approve/${row.id}`,
    status,
    mode: row.projectMode,
    code,
    action: row.action,
    username,
    policy: row.policyHash,
    policyName: row.policyName,
    payloadHash: row.payloadHash,
    metadata: metadataOf(row),
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    executeWithinSeconds: executeWithinSecondsOf(row),
    decidedAt: isDecided && row.decidedAt !== null ? isoTime(row.decidedAt) : null,
    consumedAt: isoTimeOrNull(row.consumedAt),
  };
}

export function confirmationAnswer(platform: Platform, view: ConfirmationView): ConfirmationAnswer {
  const last = view.votes.at(-1);
  const receipt = view.index === null ? null : `${platform.origin}/api/confirmations/${view.row.id}/receipt`;
  return {
    ...summaryOf(platform, view, view.code),
    policySentence: view.sentence,
    approvers: [...view.signing.approvers],
    progress: view.signing.progress,
    stage: view.signing.stage,
    waitingFor: view.signing.waitingFor,
    credentialId: last?.assertion.id ?? null,
    rawAssertion: last === undefined ? null : rawAssertionOf(last.assertion),
    decisions: view.votes.map(({ vote, ...rest }) => ({ ...rest, decision: vote })),
    log: view.index === null ? null : { index: view.index, origin: platform.logOrigin },
    receiptUrl: receipt,
  };
}

function rawAssertionOf({ id, ...response }: Assertion): NonNullable<ConfirmationAnswer["rawAssertion"]> {
  return { id, response };
}
