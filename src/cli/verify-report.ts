import { fromHex } from "../core/encoding/bytes.ts";
import { comparisonCode, groupedCode } from "../core/confirmation/challenge.ts";
import { canonicalBytes } from "../core/encoding/jcs.ts";
import type { Receipt } from "../core/evidence/receipt.ts";
import { expectOk } from "../core/refusal.ts";
import { drawLine, drawText, show, textOf } from "../core/display/show.ts";
import type { ReceiptReport } from "../core/evidence/verify.ts";
import type { Check } from "../core/evidence/check.ts";

const SIGN = { passed: "✓", failed: "✗", absent: "–" } as const;
const NAME_WIDTH = 12;

/** One JSON object for scripts. `verified` is about the evidence, `outcome` about the decision. */
export function reportForMachines({ verified, outcome, checks, receipt }: ReceiptReport): string {
  return JSON.stringify({ verified, outcome, ...(receipt ? facts(receipt) : {}), checks });
}

export function reportForPeople(report: ReceiptReport): string {
  const { receipt, checks } = report;
  return [...(receipt ? summary(receipt) : []), ...checks.map(checkLine), "", verdict(report)].join("\n");
}

function facts({ decision, created }: Receipt) {
  const { record, evidence } = decision;
  const { payloadHash } = evidence;
  const statements = evidence.signers.map(({ statement }) => statement);
  const [first] = statements;
  return {
    stream: created.record.stream,
    confirmation: record.body.confirmation,
    seq: record.seq,
    at: record.at,
    payloadHash,
    action: first?.action ?? null,
    project: first?.project ?? null,
    requester: first?.requester ?? null,
    code: first ? codeOf(record.body.confirmation, payloadHash, first.action) : null,
    signers: statements.map(({ approver, vote, reason }) => ({ approver, vote, reason })),
  };
}

function summary({ decision, created }: Receipt): readonly string[] {
  const { record, evidence } = decision;
  const { payload, payloadHash } = evidence;
  const statements = evidence.signers.map(({ statement }) => statement);
  const [first] = statements;
  const lines = [`${record.body.outcome.toUpperCase()} at ${record.at}`];
  if (first) {
    lines.push(
      `  action     ${plain(first.action)}`,
      `  project    ${plain(first.project.name)} of ${plain(first.tenant.name)}`,
      `  asked by   ${plain(first.requester.name)} (${first.requester.kind})`,
      `  code       ${groupedCode(codeOf(record.body.confirmation, payloadHash, first.action))}`,
    );
  }
  for (const { approver, vote, reason } of statements) {
    lines.push(
      `  signed by  ${plain(approver.username)}: ${vote}${reason === "" ? "" : `, because ${plain(reason)}`}`,
    );
  }
  lines.push(`  tenant     ${created.record.stream}`, `  payload    sha256 ${payloadHash}`);
  return [...lines, ...(payload === null ? [] : payloadLines(payload)), ""];
}

function payloadLines(payload: NonNullable<Receipt["decision"]["evidence"]["payload"]>): readonly string[] {
  const shown = show(canonicalBytes(payload));
  return shown.ok
    ? shown.value.map((line) => drawLine(line).replace(/^/gm, "    "))
    : [`    ${shown.refusal.detail}`];
}

export function checkLine({ name, status, detail }: Check<string>): string {
  return `${SIGN[status]} ${name.padEnd(NAME_WIDTH)} ${plain(detail)}`;
}

function verdict({ verified, outcome, checks }: ReceiptReport): string {
  const failed = checks.filter(({ status }) => status === "failed").map(({ name }) => name);
  if (!verified) return `NOT VERIFIED: ${failed.join(", ")}.`;
  const open = checks.filter(({ status }) => status === "absent").map(({ name }) => name);
  const rest = open.length === 0 ? "" : ` Not checked, because something is missing: ${open.join(", ")}.`;
  return `VERIFIED: ${outcome ?? ""}.${rest}`;
}

function codeOf(confirmation: string, payloadHash: string, action: string): string {
  return comparisonCode(confirmation, expectOk(fromHex(payloadHash)), action);
}

/** Text that other people wrote, with every control character made visible. */
export function plain(text: string): string {
  return textOf(drawText(text));
}
