import { pathOf, type ProvenRecord } from "../../src/core/evidence/record-chain.ts";
import type { Receipt } from "../../src/core/evidence/receipt.ts";
import type { ReceiptReport } from "../../src/core/evidence/verify.ts";
import { isDecided, isTest, receiptNotes, votesText } from "../../src/core/report/receipt-notes.ts";
import type { RichText } from "../../src/core/report/rich-text.ts";
import type { Change } from "../../src/core/stream/change-format.ts";
import { parseNote } from "../../src/core/tlog/signed-note.ts";
import type { Trust } from "./evidence-input.ts";
import type { Field } from "./needs.ts";
import type { CheckLine } from "./check-texts.ts";

// The words of the verdicts. "Verified" only if every necessary check passed; "Altered" only if something in the evidence
// contradicts the rest of it. What merely does not fit to what the reader entered has a verdict of its own.

export interface Verdict {
  /**
   * `good`: a request was approved. `alone`: approved in an emergency. `test`: proven, but only a test. `over`: proven,
   * but something else. `open`: something is missing. `none`: it is no receipt.
   */
  readonly tone: "good" | "alone" | "test" | "over" | "open" | "bad" | "none";
  readonly heading: RichText;
  readonly sentences: readonly RichText[];
  /** The fields that the reader has to fill or to correct. */
  readonly fields?: readonly Field[];
}

interface Context {
  readonly receipt: Receipt | ProvenRecord;
  readonly trust: Trust | undefined;
  /** The content in the file is the signed one, the reader's own is not. */
  readonly isContentOther: boolean;
}

export function failureOf(lines: readonly CheckLine[], context: Context): Verdict | undefined {
  const failed = lines.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return undefined;
  const misfits = failed.map(({ name }) => misfitOf(name, context));
  if (misfits[0] !== undefined && misfits.every((misfit) => misfit !== undefined)) return misfits[0];
  const names = failed.map(({ text }) => `“${text.title}”`).join(", ");
  return {
    tone: "bad",
    heading: ["Altered"],
    sentences: [
      [{ exact: first.detail }],
      [
        `Parts of this evidence contradict each other, so don’t rely on it. Get the receipt again. ${failed.length === 1 ? "The check that failed" : "The checks that failed"}: ${names}.`,
      ],
    ],
  };
}

/** The evidence may be right in itself, but it is not what the reader asked for. */
function misfitOf(check: string, { receipt, trust, isContentOther }: Context): Verdict | undefined {
  switch (check) {
    case "tenant":
      return {
        tone: "bad",
        heading: ["Not from this organisation"],
        sentences: [
          [
            "This receipt has another organisation id than the one that you entered. Compare yours with the organisation. If it is right, this receipt proves nothing about them.",
          ],
        ],
      };
    case "payload":
      if (!isContentOther) return undefined;
      return {
        tone: "bad",
        heading: ["Not the content that you have"],
        fields: ["content"],
        sentences: [
          ["People signed other content than the one that you added. Don’t run yours on this receipt."],
        ],
      };
    case "log":
      return trust === undefined || isSignedByTrusted(receipt, trust) ? undefined : otherLog(receipt, trust);
    case "witnesses":
      return {
        tone: "bad",
        heading: ["Not enough witnesses"],
        sentences: [
          [
            "Too few of the witnesses in your trust policy have signed this state of the log. A later receipt may have more.",
          ],
        ],
      };
    default:
      return undefined;
  }
}

/** Then the signature is wrong, and somebody forged the state of the log. */
function isSignedByTrusted(receipt: Context["receipt"], { policy }: Trust): boolean {
  const note = parseNote(pathOf(recordIn(receipt))?.note ?? "");
  if (!note.ok) return true;
  return note.value.signatures.some((signature) =>
    policy.logs.some(({ key }) => key.name === signature.name && key.id === signature.id),
  );
}

function otherLog(receipt: Context["receipt"], { policy }: Trust): Verdict {
  const names = policy.logs.map(({ key }) => key.name).join(", ");
  const origin = pathOf(recordIn(receipt))?.checkpoint.origin ?? "";
  const isSameName = policy.logs.some(({ key }) => key.name === origin);
  return {
    tone: "bad",
    heading: ["Not in a log that you trust"],
    fields: ["policy"],
    sentences: [
      isSameName
        ? ["The log ", { exact: origin }, " has signed with another key than the one in the trust policy."]
        : ["This is from the log ", { exact: origin }, ". The trust policy is for ", { exact: names }, "."],
      ["If you trust that log, add its trust policy."],
    ],
  };
}

function recordIn(receipt: Context["receipt"]): ProvenRecord {
  return "decision" in receipt ? receipt.decision : receipt;
}

/** Without one of these nothing is verified; the text says what to add. */
const NEEDED: Readonly<Partial<Record<string, readonly [text: string, field?: Field]>>> = {
  log: ["It is not known whose log this is. Add the trust policy of the log.", "policy"],
  payload: ["The receipt withholds the content. Add the content that you have.", "content"],
  revocation: [
    "It is not known whether a passkey used was revoked: the organisation has more changes than a receipt holds. Use the command-line program, with the organisation’s export (--history).",
  ],
};

export function missingOf(
  lines: readonly CheckLine[],
  needed: readonly string[],
  isContentUnreadable: boolean,
): Verdict | undefined {
  const missing = lines
    .filter(({ name, status }) => status === "absent" && needed.includes(name))
    .map(({ name, detail }) => NEEDED[name] ?? ([detail] as const));
  const unreadable = [
    "The content that you added can’t be read, so it was not compared.",
    "content",
  ] as const;
  const all = [...missing, ...(isContentUnreadable ? [unreadable] : [])];
  if (all.length === 0) return undefined;
  return {
    tone: "open",
    heading: ["Not verified yet"],
    sentences: all.map(([text]) => [{ exact: text }]),
    fields: all.flatMap(([, field]) => field ?? []),
  };
}

const NOT_CONFIRMED: RichText = [
  "Anyone can set up an organisation with the same names. Enter the id of the one that you mean.",
];

export function provenOf({ checks }: ReceiptReport, receipt: Receipt, isAnyTenant: boolean): Verdict {
  const { tone, what } = isTest(receipt) ? testProvenBy(receipt) : provenBy(receipt);
  const verified = isTest(receipt) ? "TEST, verified" : "Verified";
  const notes = receiptNotes(receipt, checks);
  if (isAnyTenant)
    return {
      tone: "open",
      heading: [`${verified}, organisation not confirmed`, ...what],
      sentences: [...notes, NOT_CONFIRMED],
    };
  return { tone, heading: [verified, ...what], sentences: notes };
}

interface Proven {
  readonly tone: Verdict["tone"];
  readonly what: RichText;
}

/** In the words of a real one, and never in its tone. */
function testProvenBy(receipt: Receipt): Proven {
  const { tone, what } = provenBy(receipt);
  return { tone: "test", what: tone === "good" ? [": approved", ...by(receipt, "approve")] : what };
}

/** What a verified receipt proves, if it is no approval of a request. */
function provenBy(receipt: Receipt): Proven {
  const { type, body } = receipt.decision.record;
  const { outcome } = body;
  if (!isDecided(receipt)) return { tone: "over", what: [`: in the log as ${outcome}`] };
  if (outcome === "rejected") return { tone: "over", what: [": rejected", ...by(receipt, "reject")] };
  // By the record: the receipt may withhold the change itself.
  if (type !== "decision") return { tone: "over", what: [`: ${CHANGE_TEXTS[type]}`] };
  if (outcome === "break-glass")
    return { tone: "alone", what: [": approved", ...by(receipt, "break-glass"), " alone, in an emergency"] };
  return { tone: "good", what: [] };
}

/** Several people are named below, not in the heading. */
function by({ decision }: Receipt, vote: string): RichText {
  const voters = decision.evidence.signers.filter(({ statement }) => statement.vote === vote);
  const [first, second] = voters;
  return first === undefined || second !== undefined
    ? []
    : [" by ", { exact: first.statement.approver.username }];
}

const CHANGE_TEXTS: Readonly<Record<Change["change"], string>> = {
  "credential.endorsed": "a change of who may sign",
  "credential.revoked": "a change of who may sign",
  "role.changed": "a change of who may sign",
  recovered: "a change of who may sign",
  "person.removed": "a change of who may sign",
  "group.changed": "a change of a group",
  "policy.changed": "a change of a policy",
  "rules.changed": "a change of the rules that choose the policy of a request",
  "template.changed": "a change of how requests are shown",
  "key.changed": "an API key",
  revealed: "a change of what is public",
  "tenant.deleted": "the end of the organisation",
};

/** For the title of the page, which a printed page and a tab show: "Verified: alex approved “Pay”". */
export function titleOf({ heading, tone }: Verdict, receipt: Receipt | null): RichText {
  const votes = receipt === null || tone !== "good" ? undefined : votesText(receipt);
  return votes === undefined ? heading : [...heading, ": ", ...votes];
}
