import { fromHex } from "../core/encoding/bytes.ts";
import { comparisonCode, groupedCode } from "../core/confirmation/challenge.ts";
import type { Receipt } from "../core/evidence/receipt.ts";
import { expectOk } from "../core/refusal.ts";
import { drawText, marker, textOf } from "../core/display/text/segments.ts";
import { sentenceText } from "../core/display/apply-template.ts";
import { drawLine } from "../core/display/terminal.ts";
import { ABSENT_WITHOUT_SIGNERS, type ReceiptReport } from "../core/evidence/verify.ts";
import { changeText } from "../core/report/change-text.ts";
import { policyNote, seatTexts } from "../core/report/policy-notes.ts";
import { changeOf, isDecided, isTest, receiptNotes, votesText } from "../core/report/receipt-notes.ts";
import { signedContent } from "../core/report/signed-content.ts";
import { REFORMATTED, type ReceiptFile } from "../core/report/receipt-file.ts";
import type { RichText } from "../core/report/rich-text.ts";
import type { Check } from "../core/evidence/check.ts";

const SIGN = { passed: "✓", failed: "✗", absent: "–" } as const;
const NAME_WIDTH = 12;

/** A script that reads only `outcome` must not act on what is not verified, or is a test. */
export function provenOutcome({ verified, outcome, mode }: ReceiptReport) {
  const proven = verified ? outcome : null;
  return mode === "test"
    ? { mode, outcome: null, testOutcome: proven }
    : { mode, outcome: proven, testOutcome: null };
}

/** One JSON object for scripts. */
export function reportForMachines(report: ReceiptReport, file?: ReceiptFile): string {
  const { verified, checks, missing, receipt } = report;
  return JSON.stringify({
    verified,
    ...provenOutcome(report),
    ...(file?.kind === "receipt" ? { reformatted: file.reformatted } : {}),
    ...(receipt ? facts(receipt) : {}),
    missing,
    checks,
  });
}

/** The verdict first. What the file says of the request follows only if it is verified. */
export function reportForPeople(report: ReceiptReport, file?: ReceiptFile): string {
  const { receipt, checks, verified, mode } = report;
  const lines = [
    ...(verified ? verifiedText(report) : notVerifiedText(report)),
    ...fileNotes(file),
    "",
    ...(receipt && verified ? [...summary(receipt), ""] : []),
    ...checks.map(checkLine),
  ];
  return verified && mode === "live" ? lines.join("\n") : withoutOutcome(lines.join("\n"));
}

/**
 * A script may look for the word APPROVED. A name or a value in the file must not bring it into the report of what is
 * not verified, nor may a test.
 */
export function withoutOutcome(text: string): string {
  return text.replaceAll("APPROVED", "approved");
}

function fileNotes(file: ReceiptFile | undefined): readonly string[] {
  if (file === undefined) return [];
  if (file.kind === "receipt") return file.reformatted ? [REFORMATTED] : [];
  return [file.what, file.next];
}

function facts({ decision, created }: Receipt) {
  const { record, evidence } = decision;
  const { payload, payloadHash } = evidence;
  const statements = evidence.signers.map(({ statement }) => statement);
  const [first] = statements;
  return {
    /** `decision`, or the kind of change of the directory. */
    type: record.type,
    stream: created.record.stream,
    confirmation: record.body.confirmation,
    seq: record.seq,
    at: record.at,
    payloadHash,
    withheld: payload === null,
    action: first?.action ?? null,
    project: first?.project ?? null,
    requester: first?.requester ?? null,
    code: first ? codeOf(record.body.confirmation, payloadHash, first.action) : null,
    /** Null if one named person decided where there were no rules. */
    policy: policyFacts(evidence.policy),
    signers: statements.map(({ approver, vote, reason, stage }) => ({ approver, vote, reason, stage })),
  };
}

function policyFacts(policy: Receipt["decision"]["evidence"]["policy"]) {
  if (policy === null) return null;
  const { rule = null, rules = null } = policy.chosen ?? {};
  return { name: policy.name, rule: rules === null ? null : rule };
}

function summary(receipt: Receipt): readonly string[] {
  const { record, evidence } = receipt.decision;
  const { payloadHash } = evidence;
  const content = signedContent(evidence);
  const sentence = content?.sentence ?? [];
  const statements = evidence.signers.map(({ statement }) => statement);
  const [first] = statements;
  const change = changeOf(receipt);
  const subject = isTest(receipt) ? "TEST, " : record.type === "decision" ? "" : "CHANGE OF THE DIRECTORY, ";
  const lines = [`${subject}${record.body.outcome.toUpperCase()} at ${record.at}`];
  if (change) lines.push(`  change     ${plainText(changeText(change))}`);
  if (first) {
    if (sentence.length > 0) lines.push(`  sentence   ${sentenceText(sentence)}`);
    lines.push(
      `  action     ${plain(first.action)}`,
      `  project    ${plain(first.project.name)} of ${plain(first.tenant.name)}`,
      `  asked by   ${plain(first.requester.name)} (${first.requester.kind})`,
      `  code       ${groupedCode(codeOf(record.body.confirmation, payloadHash, first.action))}`,
    );
  } else lines.push("  signed by  nobody");
  const policy = policyNote(receipt);
  if (policy) lines.push(`  policy     ${plainText(policy)}`);
  const seats = seatTexts(receipt);
  for (const { approver, vote, reason } of statements) {
    const because = reason === "" ? "" : `, because ${plain(reason)}`;
    const seat = plainText(seats.get(approver.id) ?? []);
    lines.push(`  signed by  ${plain(approver.username)}: ${vote}${seat}${because}`);
  }
  const whose = first ? "" : ", which nobody signed";
  lines.push(
    `  organisation id ${receipt.created.record.stream}`,
    `  content    sha256 ${payloadHash}${whose}`,
  );
  if (content === undefined) return [...lines, "    withheld"];
  const rows = [
    ...content.lines.map(drawLine),
    ...content.notes.map(({ detail }) => `${marker("!")} ${detail}`),
  ];
  return [...lines, ...rows.map((row) => row.replace(/^/gm, "    "))];
}

export function checkLine({ name, status, detail }: Check<string>): string {
  return `${SIGN[status]} ${name.padEnd(NAME_WIDTH)} ${plain(detail)}`;
}

function notVerifiedText({ checks, missing, receipt }: ReceiptReport): readonly string[] {
  const failed = checks.filter(({ status }) => status === "failed");
  const open = checks.filter(({ name }) => missing.includes(name));
  const reasons = failed.length > 0 ? failed : open;
  const names = reasons.map(({ name }) => name).join(", ");
  return [
    failed.length > 0 ? `NOT VERIFIED: ${names}.` : `NOT VERIFIED, because something is missing: ${names}.`,
    ...reasons.map(({ detail }) => plain(detail)),
    ...(receipt ? [`The file names the request ${plain(receipt.decision.record.body.confirmation)}.`] : []),
  ];
}

function verifiedText({ checks, receipt }: ReceiptReport): readonly string[] {
  if (receipt === null) return [];
  const unsigned = receipt.decision.evidence.signers.length === 0 ? ABSENT_WITHOUT_SIGNERS : [];
  const open = checks
    .filter(({ name, status }) => status === "absent" && !unsigned.includes(name))
    .map(({ name }) => name);
  return [
    `${isTest(receipt) ? "TEST, " : ""}VERIFIED: ${outcomeText(receipt)}`,
    ...receiptNotes(receipt, checks).map(plainText),
    ...(unsigned.length === 0 ? [] : [`Not checked, because nobody signed: ${unsigned.join(", ")}.`]),
    ...(open.length === 0 ? [] : [`Not checked, because something is missing: ${open.join(", ")}.`]),
  ];
}

function outcomeText(receipt: Receipt): string {
  const { type, body } = receipt.decision.record;
  const outcome = `${body.outcome}${type === "decision" ? "" : ", a change of the directory"}.`;
  const votes = votesText(receipt);
  if (votes === undefined) return `${outcome} Nobody signed.`;
  return isDecided(receipt) ? `${outcome} ${plainText(votes)}.` : outcome;
}

function codeOf(confirmation: string, payloadHash: string, action: string): string {
  return comparisonCode(confirmation, expectOk(fromHex(payloadHash)), action);
}

/** Text that other people wrote, with every control character made visible. */
export function plain(text: string): string {
  return textOf(drawText(text));
}

function plainText(text: RichText): string {
  return text.map((part) => (typeof part === "string" ? part : plain(part.exact))).join("");
}
