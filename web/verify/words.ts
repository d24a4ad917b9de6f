import type { PublicRecordCheckName } from "../../src/core/evidence/public-record.ts";
import type { ReceiptCheckName } from "../../src/core/evidence/verify.ts";

// What the checks mean, for a reader who knows no cryptography. What each one says of this very file, and
// why it failed, comes from the check itself.

export interface Words {
  readonly title: string;
  readonly proves: string;
  /** What a reader might take it for, and it is not. */
  readonly notProves: string;
}

export const WORDS: Readonly<Record<ReceiptCheckName, Words>> = {
  form: {
    title: "The file",
    proves: "There is only one way to write this receipt, so nothing in it escapes the checks below.",
    notProves: "That what it says is true: that is for the checks below.",
  },
  payload: {
    title: "The content",
    proves: "What is shown above is what was signed, to the last character.",
    notProves: "That this is what was done afterwards. To see that, give the content you hold.",
  },
  statement: {
    title: "What was signed",
    proves:
      "No signature was moved here from another request, decision, person or tenant, and none came late.",
    notProves: "Who asked: the requester’s name is the service’s word.",
  },
  signature: {
    title: "The signatures",
    proves: "Somebody unlocked this passkey by fingerprint, face or PIN, and signed exactly this.",
    notProves: "That they understood it, or that nobody stood behind them.",
  },
  credential: {
    title: "Whose passkeys",
    proves: "Each signature is by the person named, who was entitled to decide.",
    notProves:
      "That nobody took the passkey back in a record that is left out here: the last check is for that.",
  },
  endorsement: {
    title: "Who vouched for the passkeys",
    proves: "The service did not slip in a passkey: people signed for each, back to the owner’s first.",
    notProves: "That the owner’s first passkey is really the owner’s: that is what the tenant’s id is for.",
  },
  order: {
    title: "The order of events",
    proves: "Nothing was added later to make an older decision fit.",
    notProves: "That nothing else happened in between: a receipt holds only the records that it needs.",
  },
  policy: {
    title: "The rule",
    proves: "The rule about who must sign is the one that the signers were shown; nobody loosened it later.",
    notProves: "That it is a good rule.",
  },
  outcome: {
    title: "The outcome",
    proves: "Under that rule, these signatures lead to this outcome and to no other.",
    notProves: "Why nobody decided: “expired” and “cancelled” bear no signature and are the service’s word.",
  },
  inclusion: {
    title: "The place in the log",
    proves:
      "The decision stands at a fixed place in the log; changed or taken out, the log’s root would differ.",
    notProves: "That everybody is shown the same log: the witnesses are for that.",
  },
  log: {
    title: "The log’s signature",
    proves: "The log named in the trust policy signed this state and can’t deny it later.",
    notProves: "That whoever runs the log is honest, or that the trust policy names the right one.",
  },
  witnesses: {
    title: "The witnesses",
    proves: "Independent parties saw this same state, and saw that the log only ever grew.",
    notProves: "That they looked at the records themselves; they watch the log, not what is in it.",
  },
  anchor: {
    title: "The time stamp",
    proves: "This state of the log existed before a certain Bitcoin block, and could not be made up later.",
    notProves: "Who decided, or what.",
  },
  tenant: {
    title: "The tenant",
    proves: "It is the organisation whose id you gave, not one that only bears the same name.",
    notProves: "That the id is right: have it from the organisation itself.",
  },
  label: {
    title: "The place in the tenant’s history",
    proves: "The records stand in the log where this tenant’s records must stand.",
    notProves:
      "Anything to a stranger: it needs the tenant’s own key, with “countersign verify --stream-key”.",
  },
  history: {
    title: "The complete history",
    proves:
      "The tenant’s whole history holds this decision, and no passkey in it had been taken back before.",
    notProves: "Anything from a receipt alone: it needs the tenant’s export.",
  },
};

/** Where only the outcome is shown, a check may mean less. */
export const OPENING_WORDS: Readonly<Record<PublicRecordCheckName, Words>> = {
  form: {
    title: "The answer",
    proves: "The service’s answer can be read in one way only.",
    notProves: "That what it says is true: that is for the checks below.",
  },
  request: {
    title: "The request",
    proves: "The outcome and the time are those of the record, and the record is about this request.",
    notProves: "That somebody signed it: the signatures are not shown.",
  },
  inclusion: {
    ...WORDS.inclusion,
    proves: "Outcome and time were written into the log and can’t be changed any more.",
  },
  log: WORDS.log,
  witnesses: WORDS.witnesses,
  anchor: WORDS.anchor,
  tenant: {
    ...WORDS.tenant,
    proves: "The record says that it belongs to the organisation whose id you gave.",
    notProves: "That the organisation’s people decided it: the signatures are not shown.",
  },
};
