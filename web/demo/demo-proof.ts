import { comparisonCode } from "../../src/core/confirmation/challenge.ts";
import { hexBytes, utf8 } from "../../src/core/encoding/bytes.ts";
import { canonicalText } from "../../src/core/encoding/jcs.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { pathOf } from "../../src/core/evidence/record-chain.ts";
import type { SignUpStarted } from "../../src/core/pages/account.ts";
import { streamId } from "../../src/core/stream/record.ts";
import { parseTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { byId, saveFile } from "../common/dom.ts";
import { verdictOn, type ReaderInput } from "../verify/verdict.ts";
import type { Confirmation } from "./demo-answers.ts";
import { drawChallenge } from "./proof/draw-challenge.ts";
import { drawPlace } from "./proof/draw-place.ts";
import { drawVerdict, offerChanges, type ChangeFound } from "./proof/draw-verdict.ts";
import recordedReceipt from "./proof/recorded-receipt.json" with { type: "json" };
import recordedTrust from "./proof/recorded-trust.json" with { type: "json" };

// Verifies a receipt in the page, and takes it apart. It has every check of a receipt, so it is loaded only when there
// is one.

export interface DemoEvidence {
  /** The file, as the service sent it. */
  readonly receipt: string;
  /** The organisation's id as this device computed it; empty if it does not know it. */
  readonly organisation: string;
  /** The trust policy of the log. */
  readonly trust: string;
}

/** `answer`: what the backend got, by the receipt. The rest is for the list of steps. */
interface ShownProof {
  readonly answer: Confirmation;
  readonly challenge: string;
  readonly place: string;
}

/** The passkey that this device created, and what it starts. */
export interface OwnPasskey extends Pick<SignUpStarted, "genesis"> {
  readonly credentialId: string;
  readonly publicKey: string;
}

export function organisationOf({ genesis, credentialId, publicKey }: OwnPasskey): string {
  return genesis === null ? "" : streamId({ ...genesis, credentialId, publicKey });
}

export function recordedEvidence(): DemoEvidence {
  return {
    receipt: canonicalText(recordedReceipt),
    organisation: recordedReceipt.created.record.stream,
    trust: recordedTrust.policy,
  };
}

/** The answer to the backend's last call, for a recording. */
function answerOf({ decision }: Receipt): Confirmation | undefined {
  const { record, evidence } = decision;
  const [signer] = evidence.signers;
  const path = pathOf(decision);
  if (signer === undefined || path === undefined || record.type !== "decision") return undefined;
  const { statement, assertion } = signer;
  const { vote, reason } = statement;
  const approver = statement.approver.username;
  return {
    id: statement.confirmation,
    url: `${statement.rp}/approve/${statement.confirmation}`,
    status: vote === "reject" ? "rejected" : "approved",
    mode: record.body.mode,
    code: comparisonCode(statement.confirmation, hexBytes(evidence.payloadHash), statement.action),
    action: statement.action,
    username: approver,
    payloadHash: evidence.payloadHash,
    expiresAt: statement.expires,
    decidedAt: record.at,
    consumedAt: null,
    decisions: [{ approver, decision: vote, reason, assertion }],
    log: { index: path.index, origin: path.checkpoint.origin },
  };
}

/** Undefined if the file is no receipt that this page can read. */
export async function showProof(
  { receipt: file, organisation, trust }: DemoEvidence,
  found: ChangeFound,
): Promise<ShownProof | undefined> {
  const policy = parseTrustPolicy(trust);
  const input: ReaderInput = {
    organisation,
    trust: policy.ok ? { policy: policy.value, text: trust, from: "service" } : undefined,
    content: undefined,
  };
  const checked = await verdictOn({ kind: "receipt", bytes: utf8(file) }, input);
  const { receipt } = checked;
  if (receipt === null) return undefined;
  drawVerdict(checked);
  offerChanges(receipt, input, checked, found);
  offerToSave(file);
  const answer = answerOf(receipt);
  if (answer === undefined) return undefined;
  return { answer, challenge: drawChallenge(receipt), place: drawPlace(checked) };
}

/** For the receipt that is shown now. */
let saving = new AbortController();

function offerToSave(file: string): void {
  saving.abort();
  saving = new AbortController();
  const save = () => saveFile("countersign-demo-receipt.json", "application/json", file);
  byId("demo-save").addEventListener("click", save, saving);
}
