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
import type { Subject, Trust } from "./sources.ts";
import { OPENING_WORDS, WORDS, type Words } from "./words.ts";

// From the checks to one verdict. Green means one thing: people approved, and nothing that is needed to
// say so was left unchecked.

/** What the reader brings. */
export interface Brought {
  readonly tenant: string;
  /** Said in so many words: whichever tenant it is. */
  readonly anyTenant: boolean;
  readonly trust: Trust | undefined;
  readonly payload: Uint8Array | undefined;
}

export interface CheckLine extends Check<string> {
  readonly words: Words;
}

/** Text by others stands apart, to be drawn so that nothing can hide in it. */
export type Said = readonly (string | { readonly exact: string })[];

export interface Judgement {
  /** `good`: proven and approved. `over`: proven, and no approval. `open`: something is missing. */
  readonly tone: "good" | "over" | "open" | "bad";
  readonly heading: Said;
  readonly sentence: string;
  readonly lines: readonly CheckLine[];
  readonly receipt: Receipt | null;
  readonly verification: Verification | null;
}

/** Missing one of these, nothing is proven, and what to bring. */
const NEEDED: Readonly<Partial<Record<string, string>>> = {
  log: "whose log this is. Bring a trust policy.",
  payload: "what the content was. Give the content that you hold.",
  tenant: "whose decision this is. Give the tenant’s id.",
};

export async function judge(subject: Subject, brought: Brought): Promise<Judgement> {
  if (subject.kind === "receipt") return judgeReceipt(subject.bytes, brought, []);
  const { tenant, trust } = brought;
  const report = await verifyPublicRecord(subject.bytes, subject.confirmation, {
    ...(tenant === "" ? {} : { tenant }),
    ...(trust ? { trust: trust.policy } : {}),
  });
  const shown = report.verification?.receipt ?? null;
  if (report.verification === null || shown === null) return judgeOpening(report);
  // Revealed: the receipt is judged like any file, but must be of the very record that was opened.
  const before = report.checks
    .filter(({ name, status }) => name === "request" || (name === "inclusion" && status === "failed"))
    .map((check): CheckLine => ({ ...check, words: OPENING_WORDS[check.name] }));
  return judgeReceipt(canonicalBytes(shown), brought, before, report.verification);
}

async function judgeReceipt(
  file: Uint8Array,
  { tenant, anyTenant, trust, payload }: Brought,
  before: readonly CheckLine[],
  verification: Verification | null = null,
): Promise<Judgement> {
  const report = await verifyReceipt(file, {
    tenant: tenant === "" ? ANY_TENANT : tenant,
    ...(trust ? { trust: trust.policy } : {}),
    ...(payload ? { payload } : {}),
  });
  const { receipt } = report;
  const foreign = verification && receipt && !isReceiptOf(verification, receipt.decision);
  const first = foreign
    ? before.map((line) => ({
        ...line,
        status: "failed" as const,
        detail: "The receipt is of another record than the one shown.",
      }))
    : before;
  const lines = [...first, ...report.checks.map((check) => ({ ...check, words: WORDS[check.name] }))];
  const found = { lines, receipt, verification };
  return {
    ...found,
    ...(faultOf(lines) ?? missingOf(lines, anyTenant) ?? provenOf(report, tenant === "", trust)),
  };
}

type Verdict = Pick<Judgement, "tone" | "heading" | "sentence">;

function faultOf(lines: readonly CheckLine[]): Verdict | undefined {
  const failed = lines.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return undefined;
  const names = failed.map(({ words }) => words.title).join("; ");
  return {
    tone: "bad",
    heading: ["NOT proven: ", { exact: first.detail }],
    sentence: `${failed.length === 1 ? "This check" : "These checks"} failed: ${names}. Don’t rely on it.`,
  };
}

function missingOf(lines: readonly CheckLine[], anyTenant: boolean): Verdict | undefined {
  const missing = lines.filter(
    ({ name, status }) =>
      status === "absent" && NEEDED[name] !== undefined && !(anyTenant && name === "tenant"),
  );
  const [first] = missing;
  if (first === undefined) return undefined;
  const also = missing.slice(1).map(({ name }) => ` Nor is it known ${NEEDED[name]}`);
  return {
    tone: "open",
    heading: [`NOT proven yet: it is not known ${NEEDED[first.name]}`],
    sentence: `What could be checked holds.${also.join("")}`,
  };
}

const DONE: Readonly<Record<string, string>> = {
  approve: "approved",
  reject: "rejected",
  "break-glass": "approved, alone and in an emergency,",
};

const SERVICES_OWN = " Whose log it is, only the service says.";

function provenOf(
  { outcome, receipt }: ReceiptReport,
  anyTenant: boolean,
  trust: Trust | undefined,
): Verdict {
  const statements = receipt?.decision.statements ?? [];
  const [first] = statements;
  const stream = receipt?.created.record.stream ?? "";
  const whose = anyTenant
    ? ` It is a decision of the tenant ${stream}, whoever that is: you named none.`
    : "";
  const passed = `Every check that is needed passed.${trust?.from === "service" ? SERVICES_OWN : ""}${whose}`;
  // Ended without a decision: whatever had been signed by then was not enough.
  if (first === undefined || outcome === "expired" || outcome === "cancelled") {
    return {
      tone: "over",
      heading: [`Proven, and ${outcome ?? "undecided"}: no approval.`],
      sentence: `That the request was ${outcome ?? "not decided"} is the service’s word, as it stands in the log; nobody signs that. ${passed}`,
    };
  }
  const signers = statements.flatMap(({ approver, decision }, place): Said => {
    const done = ` ${DONE[decision] ?? decision}`;
    const next = statements[place + 1];
    const joint = next === undefined ? "" : place === statements.length - 2 ? " and " : ", ";
    return [{ exact: approver.username }, next?.decision === decision ? joint : done + joint];
  });
  const what: Said = [...signers, " “", { exact: first.action }, "”"];
  if (outcome !== "approved" && outcome !== "break-glass")
    return {
      tone: "over",
      heading: [`Proven, and ${outcome ?? ""}: `, ...what, "."],
      sentence: `It is no approval. ${passed}`,
    };
  return {
    tone: anyTenant ? "over" : "good",
    heading: [anyTenant ? "Proven, for some tenant: " : "Proven: ", ...what, "."],
    sentence: passed,
  };
}

function judgeOpening({ checks, verification }: PublicRecordReport): Judgement {
  const lines = checks.map((check): CheckLine => ({ ...check, words: OPENING_WORDS[check.name] }));
  const found = { lines, receipt: null, verification };
  const wanting = faultOf(lines) ?? missingOf(lines, true);
  if (wanting !== undefined || verification === null)
    return { ...found, tone: "bad", heading: ["NOT proven."], sentence: "", ...wanting };
  return {
    ...found,
    tone: "open",
    heading: [
      `In the log as ${verification.opening.record.body.outcome}. Not proven here: who signed, and what.`,
    ],
    sentence:
      "Outcome and time stand in the log and can’t be changed any more. Signatures and content of this request were not made public.",
  };
}
