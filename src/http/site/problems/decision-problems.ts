import { CONFIRMATION_ID } from "../../rest/example-ids.ts";
import { POLICY_PROBLEMS } from "./policy-problems.ts";
import type { ProblemText } from "./problem-text.ts";

// About a request: asking, deciding, using, its evidence.

const REQUESTS = "/api/confirmations";

export const DECISION_PROBLEMS = {
  unknown_approver: {
    meaning: "There is nobody of this user name who can be asked.",
    cause: "The name is misspelt, the person was removed, or the person's role may read but not decide.",
    whatToDo: "Call `GET /api/approvers` for the people who can be asked, and send one of these names.",
    example: { instance: REQUESTS, detail: 'there is no approver "jordan"; check the user name' },
  },
  approver_without_passkey: {
    meaning: "The person exists but has no active passkey to sign with.",
    cause:
      "The invitation was not used yet, the new passkey waits for its endorsement, or the last one was revoked.",
    whatToDo:
      "Ask somebody else, or ask again once the person has an active passkey. The person's page in the console shows what is missing.",
    example: {
      instance: REQUESTS,
      detail: '"jordan" has no active passkey yet; ask again when there is one',
    },
  },
  ...POLICY_PROBLEMS,
  rejection_locked: {
    meaning: "The same request was rejected less than 15 minutes ago, so it is not asked again.",
    cause:
      "An agent that repeats a rejected request would wear the person down. The lock is for the same key, person, action and payload, also under another `Idempotency-Key`.",
    whatToDo:
      "Stop, and report the rejection to your user. If the action is still wanted, the person and the user should talk first.",
    example: {
      instance: REQUESTS,
      detail: `this was rejected (${CONFIRMATION_ID}) and can't be asked again before 2026-01-31T12:18:20.000Z`,
    },
  },
  already_decided: {
    meaning: "The request or change has an outcome already, so it can't change any more.",
    cause:
      "Somebody decided or cancelled it before, perhaps a moment ago. For a template: it is in force already, or there is none to remove.",
    whatToDo: "Read the request, and act on the outcome that it has.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}/cancel`,
      detail: "the request was already approved",
    },
  },
  already_signed: {
    meaning: "You have signed this request before.",
    cause: "Each person signs a request once, for or against it.",
    whatToDo: "Nothing. Your signature counts, and the request waits for others.",
    example: {
      instance: `/approve/${CONFIRMATION_ID}/decision`,
      detail: "this person has already signed this request",
    },
  },
  expired: {
    meaning: "Nobody decided the request in time.",
    cause: "Its time, `expiresInSeconds`, is over. An expired request was not approved.",
    whatToDo:
      "Do not perform the action. Create a new request if it is still wanted, with more time if need be.",
    example: { instance: `${REQUESTS}/${CONFIRMATION_ID}/cancel`, detail: "the request has expired" },
  },
  not_an_approver: {
    meaning: "You may see this request, but not sign it now.",
    cause: "You are not one of the people who are asked, or your role changed and does not decide.",
    whatToDo: "Ask one of the people who are named on the page.",
    example: {
      instance: `/approve/${CONFIRMATION_ID}/decision`,
      detail: "this person may not sign this request now",
    },
  },
  reason_required: {
    meaning: "This decision needs a reason.",
    cause: "Somebody who decides alone in an emergency must say why. The reason is signed.",
    whatToDo: "Write the reason, and sign again.",
    example: {
      instance: `/approve/${CONFIRMATION_ID}/decision`,
      detail: "an emergency approval needs a reason",
    },
  },
  break_glass_not_allowed: {
    meaning: "You may not decide this request alone.",
    cause: "Only people whom the request names for emergencies may approve it alone.",
    whatToDo: "Sign as usual, and ask the other people who must sign.",
    example: {
      instance: `/approve/${CONFIRMATION_ID}/decision`,
      detail: "the policy does not allow this person to decide alone",
    },
  },
  not_approved: {
    meaning: "The request is not approved, so it can't be used.",
    cause: "It is still pending, or it was rejected, cancelled or has expired.",
    whatToDo: "Do not perform the action. If it is pending, wait for the outcome with `wait`.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}/consume`,
      detail: "the request is pending, not approved; wait for the decision",
    },
  },
  argument_hash_mismatch: {
    meaning: "The payload is not the one that the person approved.",
    cause:
      "Something in it changed between the approval and the action, even if only a digit or a space in a text. The order of members makes no difference.",
    whatToDo:
      "Do not perform the action. Send exactly the payload that was approved, or create a request for the new one.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}/consume`,
      detail: "this is not the payload that was approved; request an approval of this payload",
    },
  },
  already_consumed: {
    meaning: "The approval was used before. It works once.",
    cause:
      "Another call has consumed it, perhaps an earlier attempt of the same program whose answer was lost.",
    whatToDo:
      "Do not perform the action a second time. Send an `Idempotency-Key` with `consume`, so that a repetition gets the first answer.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}/consume`,
      detail: "this approval has already been used; request a new approval",
    },
  },
  execution_window_closed: {
    meaning: "The time in which the approval could be used is over.",
    cause:
      "The request had `executeWithinSeconds`, and `consume` was called later than that after the decision.",
    whatToDo: "Do not perform the action. Create a new request.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}/consume`,
      detail: "the time to use this approval is over; request a new approval",
    },
  },
  erased: {
    meaning: "The request existed, but its content was erased.",
    cause:
      "It is older than the history that the organisation keeps, or the organisation has erased it. What proves that it was decided stays in the log.",
    whatToDo: "Use a receipt that you downloaded before. It stays valid.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}`,
      detail:
        "this request is older than the organisation's history, so its content was erased; a receipt from before stays valid",
    },
  },
  receipt_too_large: {
    meaning: "The evidence of this decision does not fit into one receipt.",
    cause: "Its signatures rest on more changes of passkeys and roles than a receipt holds.",
    whatToDo: "Use the export of the whole history, which proves the decision as well.",
    example: {
      instance: `${REQUESTS}/${CONFIRMATION_ID}/receipt`,
      detail:
        "the receipt would prove more than 1000 changes, or have more than 16777216 bytes; the export of the whole history proves this decision, too",
    },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
