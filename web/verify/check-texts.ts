import type { Check } from "../../src/core/evidence/check.ts";
import type { PublicRecordCheckName } from "../../src/core/evidence/public-record.ts";
import type { ReceiptCheckName } from "../../src/core/evidence/verify.ts";

// What the checks mean, for a reader who knows no cryptography. The check itself says what it found in the
// file, and why it failed.

export interface CheckText {
  readonly title: string;
  readonly proves: string;
  /** What a reader could wrongly conclude. */
  readonly notProves: string;
}

export const RESULT_SIGNS: Readonly<Record<CheckLine["status"], string>> = {
  passed: "✓",
  failed: "✗",
  absent: "–",
};

/** A check with its text. */
export interface CheckLine extends Check<string> {
  readonly text: CheckText;
}

export const CHECK_TEXTS: Readonly<Record<ReceiptCheckName, CheckText>> = {
  form: {
    title: "The file",
    proves: "This receipt has exactly one valid form, so nothing in it can escape the checks below.",
    notProves: "That its content is true. The checks below prove that.",
  },
  payload: {
    title: "The content",
    proves: "The content above is what was signed, to the last character.",
    notProves: "That this is what was done afterwards. To check that, add the content that you have.",
  },
  statement: {
    title: "What was signed",
    proves: "No signature comes from another request, vote, person or organisation, and none was late.",
    notProves: "Who asked. Only the service says the requester’s name.",
  },
  signature: {
    title: "The signatures",
    proves: "Somebody unlocked this passkey by fingerprint, face or PIN, and signed exactly this.",
    notProves: "That they understood it, or that nobody forced them.",
  },
  credential: {
    title: "Whose passkeys",
    proves: "Each signature is by the named person, who was allowed to decide.",
    notProves: "That the passkey still counted. The check “Not revoked” proves that.",
  },
  endorsement: {
    title: "Who endorsed the passkeys",
    proves:
      "The service added none of the passkeys used: people endorsed each of them, back to the owner’s first.",
    notProves: "That the owner’s first passkey is really the owner’s. The organisation id proves that.",
  },
  revocation: {
    title: "Not revoked",
    proves:
      "No passkey used was revoked in any change up to the last one that the decision names. The receipt holds them all.",
    notProves: "That the decision names the last change there was. The complete history proves that.",
  },
  order: {
    title: "The order of events",
    proves: "Nothing was added later to make an older decision fit.",
    notProves:
      "That no other request was decided in between. A receipt holds only the records that it needs.",
  },
  policy: {
    title: "The rule",
    proves: "The signers saw this rule about who must sign. Nobody changed it later.",
    notProves: "That it is a good rule.",
  },
  choice: {
    title: "The choice of the rule",
    proves:
      "The organisation’s people had signed which requests need which approvers. Computed again, their rules demand exactly this policy.",
    notProves:
      "That what the requester wrote is true. The rules look at the content, and at who asked as the service says it.",
  },
  outcome: {
    title: "The outcome",
    proves: "Under that rule, these signatures lead to this outcome and to no other.",
    notProves: "Why nobody decided. “Expired” and “cancelled” have no signature: only the service says so.",
  },
  inclusion: {
    title: "The place in the log",
    proves:
      "The decision has a fixed place in the log. Without it, or after a change, the log’s root would differ.",
    notProves: "That everybody sees the same log. The witnesses prove that.",
  },
  log: {
    title: "The log’s signature",
    proves: "The log in the trust policy signed this state and can’t deny it later.",
    notProves: "That the log’s operator is honest, or that the trust policy names the right log.",
  },
  witnesses: {
    title: "The witnesses",
    proves: "Independent parties saw this same state, and saw that the log only ever grew.",
    notProves: "That they checked the records. They watch the log, not its content.",
  },
  anchor: {
    title: "The time stamp",
    proves: "This state of the log existed before a certain Bitcoin block. Nobody could invent it later.",
    notProves: "Who decided, or what.",
  },
  tenant: {
    title: "The organisation",
    proves: "This is the organisation with the id that you entered, not another one of the same name.",
    notProves: "That the id is right. Get it from the organisation itself.",
  },
  label: {
    title: "The place in the organisation’s history",
    proves: "The decision is in the log where this record of the organisation must be.",
    notProves:
      "Anything without the organisation’s own key. The command-line program checks this with --stream-key.",
  },
  history: {
    title: "The complete history",
    proves:
      "The organisation’s complete history contains this decision, and none of its passkeys was revoked before.",
    notProves: "Anything from a receipt alone. It needs the organisation’s export.",
  },
};

/** If only the outcome is public, a check may prove less. */
export const PUBLIC_CHECK_TEXTS: Readonly<Record<PublicRecordCheckName, CheckText>> = {
  form: {
    title: "The answer",
    proves: "The service’s answer has exactly one meaning.",
    notProves: "That its content is true. The checks below prove that.",
  },
  request: {
    title: "The request",
    proves: "The record is of this request, and has this outcome and time.",
    notProves: "That somebody signed it. The signatures are not public.",
  },
  inclusion: {
    ...CHECK_TEXTS.inclusion,
    proves: "Outcome and time are in the log, and nobody can change them.",
  },
  log: CHECK_TEXTS.log,
  witnesses: CHECK_TEXTS.witnesses,
  anchor: CHECK_TEXTS.anchor,
  tenant: {
    ...CHECK_TEXTS.tenant,
    proves: "The record says that it belongs to the organisation with the id that you entered.",
    notProves: "That the organisation’s people decided it. The signatures are not public.",
  },
};
