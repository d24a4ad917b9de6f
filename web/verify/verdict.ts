import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import {
  isReceiptOf,
  verifyPublicRecord,
  type PublicRecordReport,
  type Verification,
} from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { changeOf, isDecided, receiptNotes, votesText } from "../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import { verifyReceipt, type ReceiptReport } from "../../src/core/evidence/verify.ts";
import { ANY_TENANT, type Check } from "../../src/core/evidence/check.ts";
import type { Evidence, Trust } from "./evidence-input.ts";
import { PUBLIC_CHECK_TEXTS, CHECK_TEXTS, type CheckText } from "./check-texts.ts";

// Turns the checks into one verdict. Green means exactly one thing: people approved a request as its policy asks, and
// every check that proves it has passed.

/** What the reader entered. */
export interface ReaderInput {
  readonly tenant: string;
  /** The reader accepts any tenant. */
  readonly anyTenant: boolean;
  readonly trust: Trust | undefined;
  readonly payload: Uint8Array | undefined;
}

export interface CheckLine extends Check<string> {
  readonly text: CheckText;
}

export interface CheckedEvidence {
  /**
   * `good`: proven, a request was approved. `alone`: proven, in an emergency. `over`: proven, but something else.
   * `open`: something is missing.
   */
  readonly tone: "good" | "alone" | "over" | "open" | "bad";
  readonly heading: RichText;
  readonly sentences: readonly RichText[];
  readonly lines: readonly CheckLine[];
  readonly receipt: Receipt | null;
  readonly verification: Verification | null;
}

/** Without one of these nothing is proven; the text says what to add. */
const NEEDED: Readonly<Partial<Record<string, string>>> = {
  log: "whose log this is. Add a trust policy.",
  payload: "what the content was. Add the content that you have.",
  tenant: "whose decision this is. Enter the tenant’s id.",
  revocation:
    "whether a passkey used was revoked. Use the command-line program, with the tenant’s export (--history).",
};

export async function verdictOn(evidence: Evidence, input: ReaderInput): Promise<CheckedEvidence> {
  if (evidence.kind === "receipt") return receiptVerdict(evidence.bytes, input, []);
  const { tenant, trust } = input;
  const report = await verifyPublicRecord(evidence.bytes, evidence.confirmation, {
    ...(tenant === "" ? {} : { tenant }),
    ...(trust ? { trust: trust.policy } : {}),
  });
  const shown = report.verification?.receipt ?? null;
  if (report.verification === null || shown === null) return publicVerdict(report);
  // A published receipt is checked like a file, and must be of the record in this answer.
  const before = report.checks
    .filter(({ name, status }) => name === "request" || (name === "inclusion" && status === "failed"))
    .map((check): CheckLine => ({ ...check, text: PUBLIC_CHECK_TEXTS[check.name] }));
  return receiptVerdict(canonicalBytes(shown), input, before, report.verification);
}

async function receiptVerdict(
  file: Uint8Array,
  { tenant, anyTenant, trust, payload }: ReaderInput,
  before: readonly CheckLine[],
  verification: Verification | null = null,
): Promise<CheckedEvidence> {
  const report = await verifyReceipt(file, {
    tenant: tenant === "" ? ANY_TENANT : tenant,
    ...(trust ? { trust: trust.policy } : {}),
    ...(payload ? { payload } : {}),
  });
  const { receipt } = report;
  const isOtherRecord = verification && receipt && !isReceiptOf(verification, receipt);
  const first = isOtherRecord
    ? before.map((line) => ({
        ...line,
        status: "failed" as const,
        detail: "The receipt is of another record than the one shown.",
      }))
    : before;
  const lines = [...first, ...report.checks.map((check) => ({ ...check, text: CHECK_TEXTS[check.name] }))];
  const result = { lines, receipt, verification };
  return {
    ...result,
    ...(failureOf(lines) ??
      missingOf(lines, neededBy(report, anyTenant)) ??
      provenOf(report, tenant === "", trust)),
  };
}

type Verdict = Pick<CheckedEvidence, "tone" | "heading" | "sentences">;

const NOT_PROVEN: Verdict = { tone: "bad", heading: ["NOT proven."], sentences: [] };

function failureOf(lines: readonly CheckLine[]): Verdict | undefined {
  const failed = lines.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return undefined;
  const names = failed.map(({ text }) => text.title).join("; ");
  return {
    tone: "bad",
    heading: ["NOT proven: ", { exact: first.detail }],
    sentences: [
      [
        `${failed.length === 1 ? "This check" : "These checks"} failed: ${names}. Don’t rely on this evidence.`,
      ],
    ],
  };
}

/** The checks that a verdict can't do without. Nobody signed the payload of a request without signatures. */
function neededBy({ receipt, missing }: ReceiptReport, anyTenant: boolean): readonly string[] {
  const isSigned = (receipt?.decision.evidence.signers.length ?? 0) > 0;
  return ["log", ...(isSigned ? ["payload"] : []), ...(anyTenant ? [] : ["tenant"]), ...missing];
}

function missingOf(lines: readonly CheckLine[], needed: readonly string[]): Verdict | undefined {
  const missing = lines.filter(({ name, status }) => status === "absent" && needed.includes(name));
  const [first] = missing;
  if (first === undefined) return undefined;
  const also = missing.slice(1).map(({ name }) => ` It is also not known ${NEEDED[name]}`);
  return {
    tone: "open",
    heading: [`NOT proven yet: it is not known ${NEEDED[first.name]}`],
    sentences: [[`All other checks passed.${also.join("")}`]],
  };
}

const SERVICES_OWN = " But only the service says whose log this is.";

function provenOf(
  { outcome, receipt, checks }: ReceiptReport,
  anyTenant: boolean,
  trust: Trust | undefined,
): Verdict {
  if (receipt === null) return NOT_PROVEN;
  const tenantText = anyTenant
    ? ` The tenant is ${receipt.created.record.stream}. You accepted any tenant, so check who that is.`
    : "";
  const passed = `All necessary checks passed.${trust?.from === "service" ? SERVICES_OWN : ""}${tenantText}`;
  const sentences = [...receiptNotes(receipt, checks), [passed]];
  const votes = votesText(receipt);
  if (votes === undefined)
    return { tone: "over", heading: [`In the log as ${outcome}. Nobody signed.`], sentences };
  if (!isDecided(receipt))
    return { tone: "over", heading: [`Proven, but no approval: ${outcome}.`], sentences };
  const proven = (tone: Verdict["tone"], what: string): Verdict => ({
    tone: anyTenant ? "over" : tone,
    heading: [`Proven${anyTenant ? ", for some tenant" : ""}${what}: `, ...votes, "."],
    sentences,
  });
  if (outcome === "rejected") return proven("over", ", but rejected");
  if (changeOf(receipt)) return proven("over", ", a change of the directory");
  return proven(outcome === "break-glass" ? "alone" : "good", "");
}

function publicVerdict({ checks, verification }: PublicRecordReport): CheckedEvidence {
  const lines = checks.map((check): CheckLine => ({ ...check, text: PUBLIC_CHECK_TEXTS[check.name] }));
  const result = { lines, receipt: null, verification };
  const verdict = failureOf(lines) ?? missingOf(lines, ["log"]);
  if (verdict !== undefined || verification === null) return { ...result, ...NOT_PROVEN, ...verdict };
  return {
    ...result,
    tone: "open",
    heading: [
      `In the log as ${verification.opening.record.body.outcome}. Not proven here: who signed, and what.`,
    ],
    sentences: [
      [
        "Outcome and time are in the log, and nobody can change them. The signatures and the content of this request are not public.",
      ],
    ],
  };
}
