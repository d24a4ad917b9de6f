import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import {
  isReceiptOf,
  verifyPublicRecord,
  type PublicRecordReport,
  type Verification,
} from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { openReceiptFile, REFORMATTED, type ReceiptFile } from "../../src/core/report/receipt-file.ts";
import { isSigned, testNote } from "../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import { modeOf } from "../../src/core/stream/record.ts";
import { verifyReceipt, type ReceiptReport } from "../../src/core/evidence/verify.ts";
import { ANY_TENANT } from "../../src/core/evidence/check.ts";
import type { Evidence, Trust } from "./evidence-input.ts";
import { PUBLIC_CHECK_TEXTS, CHECK_TEXTS, type CheckLine } from "./check-texts.ts";
import { failureOf, missingOf, provenOf, type Verdict } from "./verdict-words.ts";

// Turns the checks into one verdict. Green means exactly one thing: people of the organisation that the reader named
// approved a request as its policy asks, and every check that proves it has passed.

/** What the reader entered. */
export interface ReaderInput {
  /** Valid, or empty. */
  readonly organisation: string;
  readonly trust: Trust | undefined;
  /** `unreadable`: there is something in the field, but it is not strict JSON. */
  readonly content: Uint8Array | "unreadable" | undefined;
}

export interface CheckedEvidence extends Verdict {
  readonly lines: readonly CheckLine[];
  readonly receipt: Receipt | null;
  readonly verification: Verification | null;
}

export async function verdictOn(evidence: Evidence, input: ReaderInput): Promise<CheckedEvidence> {
  if (evidence.kind === "other") return noReceipt(evidence.file);
  if (evidence.kind === "receipt") {
    const file = openReceiptFile(evidence.bytes);
    if (file.kind !== "receipt") return noReceipt(file);
    const checked = await receiptVerdict(file.bytes, input, []);
    return file.reformatted ? { ...checked, sentences: [...checked.sentences, [REFORMATTED]] } : checked;
  }
  const { organisation, trust } = input;
  const report = await verifyPublicRecord(evidence.bytes, evidence.confirmation, {
    ...(organisation === "" ? {} : { tenant: organisation }),
    ...(trust ? { trust: trust.policy } : {}),
  });
  const shown = report.verification?.receipt ?? null;
  if (report.verification === null || shown === null) return publicVerdict(report, input);
  // A published receipt is checked like a file, and must be of the record in this answer.
  const before = report.checks
    .filter(({ name, status }) => name === "request" || (name === "inclusion" && status === "failed"))
    .map((check): CheckLine => ({ ...check, text: PUBLIC_CHECK_TEXTS[check.name] }));
  return receiptVerdict(canonicalBytes(shown), input, before, report.verification);
}

function noReceipt(file: ReceiptFile): CheckedEvidence {
  const heading = file.kind === "damaged" ? UNREADABLE : ["Not a receipt"];
  const detail: readonly RichText[] = file.kind === "damaged" ? [[{ exact: file.detail }]] : [];
  const sentences: readonly RichText[] = file.kind === "receipt" ? [] : [[file.what], [file.next], ...detail];
  return { tone: "none", heading, sentences, lines: [], receipt: null, verification: null };
}

const UNREADABLE: RichText = ["Not a receipt that this page can read"];

async function receiptVerdict(
  file: Uint8Array,
  input: ReaderInput,
  before: readonly CheckLine[],
  verification: Verification | null = null,
): Promise<CheckedEvidence> {
  const { organisation, trust, content } = input;
  const own = content instanceof Uint8Array ? { payload: content } : {};
  const options = {
    tenant: organisation === "" ? ANY_TENANT : organisation,
    ...(trust ? { trust: trust.policy } : {}),
  };
  const report = await verifyReceipt(file, { ...options, ...own });
  const { receipt } = report;
  const lines = [...compared(before, verification, receipt), ...linesOf(report)];
  const result = { lines, receipt, verification };
  if (receipt === null) return { ...result, ...unreadable(report) };
  const isContentOther =
    "payload" in own &&
    isFailed(report, "payload") &&
    !isFailed(await verifyReceipt(file, options), "payload");
  return {
    ...result,
    ...(failureOf(lines, { receipt, trust, isContentOther }) ??
      missingOf(lines, neededBy(report), content === "unreadable") ??
      provenOf(report, receipt, organisation === "")),
  };
}

function linesOf({ checks }: ReceiptReport): readonly CheckLine[] {
  return checks.map((check) => ({ ...check, text: CHECK_TEXTS[check.name] }));
}

/** The checks of the service's answer, which fail if the answer is about another record than the receipt. */
function compared(
  before: readonly CheckLine[],
  verification: Verification | null,
  receipt: Receipt | null,
): readonly CheckLine[] {
  if (verification === null || receipt === null || isReceiptOf(verification, receipt)) return before;
  const detail = "The receipt is of another record than the one shown.";
  return before.map((line) => ({ ...line, status: "failed", detail }));
}

function isFailed({ checks }: ReceiptReport, check: string): boolean {
  return checks.some(({ name, status }) => name === check && status === "failed");
}

function unreadable({ checks }: ReceiptReport): Verdict {
  const detail = checks.find(({ status }) => status === "failed")?.detail ?? "";
  return {
    tone: "none",
    heading: UNREADABLE,
    sentences: [
      [{ exact: detail }],
      ["Use a current copy of this page, or the verify page of the service that issued it."],
    ],
  };
}

/** The checks that a verdict can't do without. Nobody signed the content of a request without signatures. */
function neededBy({ receipt, missing }: ReceiptReport): readonly string[] {
  const hasSigners = receipt !== null && isSigned(receipt);
  return ["log", ...(hasSigners ? ["payload"] : []), ...missing];
}

function publicVerdict(
  { checks, verification }: PublicRecordReport,
  { trust }: ReaderInput,
): CheckedEvidence {
  const lines = checks.map((check): CheckLine => ({ ...check, text: PUBLIC_CHECK_TEXTS[check.name] }));
  const result = { lines, receipt: null, verification };
  if (verification === null) {
    const detail = checks.find(({ status }) => status === "failed")?.detail ?? "";
    const heading: RichText = ["Not an answer that this page can read"];
    return { ...result, tone: "bad", heading, sentences: [[{ exact: detail }], [FROM_SERVICE]] };
  }
  const verdict =
    failureOf(lines, { receipt: verification.opening, trust, isContentOther: false }) ??
    missingOf(lines, ["log"], false);
  if (verdict !== undefined) return { ...result, ...verdict };
  const { record } = verification.opening;
  return {
    ...result,
    tone: "open",
    heading: [`${modeOf(record) === "test" ? "TEST, in the log" : "In the log"}: ${record.body.outcome}`],
    sentences: [
      ...testNote(record),
      [
        "Outcome and time are in the log, and nobody can change them. Who signed, and what, is not public, so this page can’t verify it.",
      ],
    ],
  };
}

const FROM_SERVICE = "The service sent it. Ask the requester for the receipt, and check that.";
