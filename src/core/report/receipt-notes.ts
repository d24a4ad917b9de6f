import type { Check } from "../evidence/check.ts";
import type { Receipt, SignedRecord } from "../evidence/receipt.ts";
import { parseChange, type Change } from "../stream/change-format.ts";
import { changeText } from "./change-text.ts";
import { modeOf } from "../stream/record.ts";
import type { RichText } from "./rich-text.ts";

// What a verdict on a verified receipt says besides the outcome. The verify page and the command line use the same
// sentences, so that neither says more than the other.

const VOTE_TEXTS = { approve: "approved", reject: "rejected", "break-glass": "approved" } as const;

/** Who did what: "bea rejected, cy and dan approved “Deploy to production”". Undefined if nobody signed. */
export function votesText({ decision }: Receipt): RichText | undefined {
  const { record, evidence } = decision;
  const statements = evidence.signers.map(({ statement }) => statement);
  const emergency = statements.filter(({ vote }) => vote === "break-glass");
  const isEmergency = record.body.outcome === "break-glass" && emergency.length > 0;
  // The other signatures were not enough, so they did not make the decision.
  const deciding = isEmergency ? emergency : statements;
  const [first] = deciding;
  if (first === undefined) return undefined;
  const people = deciding.flatMap(({ approver, vote }, place): RichText => {
    const next = deciding[place + 1];
    const separator = next === undefined ? "" : place === deciding.length - 2 ? " and " : ", ";
    const voted = next?.vote === vote ? "" : ` ${VOTE_TEXTS[vote]}`;
    return [{ exact: approver.username }, `${voted}${separator}`];
  });
  const alone = isEmergency ? ", alone and in an emergency" : "";
  return [...people, " “", { exact: first.action }, `”${alone}`];
}

/** What a reader could miss in the outcome, as whole sentences. */
export function receiptNotes(receipt: Receipt, checks: readonly Check<string>[]): readonly RichText[] {
  return [
    ...testNote(receipt.decision.record),
    ...endingNote(receipt),
    ...emergencyNote(receipt),
    ...changeNote(receipt),
    ...withheldNote(receipt, checks),
  ];
}

/** What nobody may miss in the outcome of a test. */
export function testNote(record: SignedRecord["record"]): readonly RichText[] {
  if (modeOf(record) !== "test") return [];
  const { outcome } = record.body;
  const what = outcome === "approved" || outcome === "break-glass" ? "approval" : "request";
  return [[`This is a TEST ${what}: it proves no real decision.`]];
}

/** Whether it is about a request of a test project. */
export function isTest({ decision }: Receipt): boolean {
  return modeOf(decision.record) === "test";
}

/** Whether people decided; nobody signs that a request expired or was cancelled. */
export function isDecided({ decision }: Receipt): boolean {
  const { outcome } = decision.record.body;
  return outcome !== "expired" && outcome !== "cancelled";
}

/** Whether anybody signed it, for or against. */
export function isSigned({ decision }: Receipt): boolean {
  return decision.evidence.signers.length > 0;
}

function endingNote(receipt: Receipt): readonly RichText[] {
  if (isDecided(receipt)) return [];
  const { outcome } = receipt.decision.record.body;
  const ended = outcome === "expired" ? "expired" : "was cancelled";
  const votes = votesText(receipt);
  return votes === undefined
    ? [[`That the request ${ended}, and what it asked for, is the operator's word.`]]
    : [[...votes, `, which did not decide it. That the request ${ended} is the operator's word.`]];
}

function emergencyNote({ decision }: Receipt): readonly RichText[] {
  const { signers } = decision.evidence;
  const emergency = signers.find(({ statement }) => statement.vote === "break-glass");
  if (emergency === undefined) return [];
  return [
    [
      "One person decided without the other signatures that the policy asks for. The reason given: “",
      { exact: emergency.statement.reason },
      "”",
    ],
  ];
}

function changeNote(receipt: Receipt): readonly RichText[] {
  const change = changeOf(receipt);
  return change === undefined ? [] : [["It ", ...changeText(change), "."]];
}

/** The change of the directory that the receipt is about, if it is about one. */
export function changeOf({ decision: { record, evidence } }: Receipt): Change | undefined {
  if (record.type === "decision" || evidence.payload === null) return undefined;
  const change = parseChange(evidence.payload);
  return change.ok ? change.value : undefined;
}

function withheldNote({ decision }: Receipt, checks: readonly Check<string>[]): readonly RichText[] {
  if (decision.evidence.payload !== null) return [];
  const isOwn = checks.some(({ name, status }) => name === "payload" && status === "passed");
  return [
    [
      isOwn
        ? "The receipt withholds the content; yours has the hash that was signed."
        : "The content is withheld: the receipt holds only its hash.",
    ],
  ];
}
