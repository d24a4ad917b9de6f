import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import {
  isReceiptOf,
  verifyPublicRecord,
  type PublicRecordReport,
  type Verification,
} from "../../src/core/evidence/public-record.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import { verifyReceipt, type ReceiptReport } from "../../src/core/evidence/verify.ts";
import { ANY_TENANT, type Check } from "../../src/core/evidence/check.ts";
import type { Evidence, Trust } from "./evidence-input.ts";
import { PUBLIC_CHECK_TEXTS, CHECK_TEXTS, type CheckText } from "./check-texts.ts";

// Turns the checks into one verdict. Green means exactly one thing: people approved, and every check that
// proves it has passed.

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

/** Text that other people wrote is kept apart, so that the page draws its hidden characters. */
export type RichText = readonly (string | { readonly exact: string })[];

export interface CheckedEvidence {
  /** `good`: proven and approved. `over`: proven, but no approval. `open`: something is missing. */
  readonly tone: "good" | "over" | "open" | "bad";
  readonly heading: RichText;
  readonly sentence: string;
  readonly lines: readonly CheckLine[];
  readonly receipt: Receipt | null;
  readonly verification: Verification | null;
}

/** Without one of these nothing is proven; the text says what to add. */
const NEEDED: Readonly<Partial<Record<string, string>>> = {
  log: "whose log this is. Add a trust policy.",
  payload: "what the content was. Add the content that you have.",
  tenant: "whose decision this is. Enter the tenant’s id.",
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
    ...(failureOf(lines) ?? missingOf(lines, anyTenant) ?? provenOf(report, tenant === "", trust)),
  };
}

type Verdict = Pick<CheckedEvidence, "tone" | "heading" | "sentence">;

function failureOf(lines: readonly CheckLine[]): Verdict | undefined {
  const failed = lines.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return undefined;
  const names = failed.map(({ text }) => text.title).join("; ");
  return {
    tone: "bad",
    heading: ["NOT proven: ", { exact: first.detail }],
    sentence: `${failed.length === 1 ? "This check" : "These checks"} failed: ${names}. Don’t rely on this evidence.`,
  };
}

function missingOf(lines: readonly CheckLine[], anyTenant: boolean): Verdict | undefined {
  const missing = lines.filter(
    ({ name, status }) =>
      status === "absent" && NEEDED[name] !== undefined && !(anyTenant && name === "tenant"),
  );
  const [first] = missing;
  if (first === undefined) return undefined;
  const also = missing.slice(1).map(({ name }) => ` It is also not known ${NEEDED[name]}`);
  return {
    tone: "open",
    heading: [`NOT proven yet: it is not known ${NEEDED[first.name]}`],
    sentence: `All other checks passed.${also.join("")}`,
  };
}

const VOTE_TEXTS: Readonly<Record<string, string>> = {
  approve: "approved",
  reject: "rejected",
  "break-glass": "approved, alone and in an emergency,",
};

const SERVICES_OWN = " But only the service says whose log this is.";

function provenOf(
  { outcome, receipt }: ReceiptReport,
  anyTenant: boolean,
  trust: Trust | undefined,
): Verdict {
  const statements = receipt?.decision.evidence.signers.map(({ statement }) => statement) ?? [];
  const [first] = statements;
  const stream = receipt?.created.record.stream ?? "";
  const tenantText = anyTenant
    ? ` The tenant is ${stream}. You accepted any tenant, so check who that is.`
    : "";
  const passed = `All necessary checks passed.${trust?.from === "service" ? SERVICES_OWN : ""}${tenantText}`;
  // The request ended without a decision: the signatures until then were not enough.
  if (first === undefined || outcome === "expired" || outcome === "cancelled") {
    return {
      tone: "over",
      heading: [`Proven, but no approval: ${outcome ?? "undecided"}.`],
      sentence: `Nobody signs that a request was ${outcome ?? "not decided"}: the service says so in the log. ${passed}`,
    };
  }
  const signers = statements.flatMap(({ approver, vote }, place): RichText => {
    const voteText = ` ${VOTE_TEXTS[vote] ?? vote}`;
    const next = statements[place + 1];
    const separator = next === undefined ? "" : place === statements.length - 2 ? " and " : ", ";
    return [{ exact: approver.username }, next?.vote === vote ? separator : voteText + separator];
  });
  const what: RichText = [...signers, " “", { exact: first.action }, "”"];
  if (outcome !== "approved" && outcome !== "break-glass")
    return {
      tone: "over",
      heading: [`Proven, but ${outcome ?? ""}: `, ...what, "."],
      sentence: `This is not an approval. ${passed}`,
    };
  return {
    tone: anyTenant ? "over" : "good",
    heading: [anyTenant ? "Proven, for some tenant: " : "Proven: ", ...what, "."],
    sentence: passed,
  };
}

function publicVerdict({ checks, verification }: PublicRecordReport): CheckedEvidence {
  const lines = checks.map((check): CheckLine => ({ ...check, text: PUBLIC_CHECK_TEXTS[check.name] }));
  const result = { lines, receipt: null, verification };
  const verdict = failureOf(lines) ?? missingOf(lines, true);
  if (verdict !== undefined || verification === null)
    return { ...result, tone: "bad", heading: ["NOT proven."], sentence: "", ...verdict };
  return {
    ...result,
    tone: "open",
    heading: [
      `In the log as ${verification.opening.record.body.outcome}. Not proven here: who signed, and what.`,
    ],
    sentence:
      "Outcome and time are in the log, and nobody can change them. The signatures and the content of this request are not public.",
  };
}
