import { CONFIRMATION_ID } from "../../rest/example-ids.ts";
import type { ProblemText } from "./problem-text.ts";

// About a signature: the challenge of a page, and the passkey.

const DECISION = `/approve/${CONFIRMATION_ID}/decision`;

export const PASSKEY_PROBLEMS = {
  challenge_unknown: {
    meaning: "The signature is over a challenge that the service did not give out.",
    cause: "The page is from before a restart or of another server, or the answer was changed on its way.",
    whatToDo: "Load the page again, and sign.",
    example: { instance: DECISION, detail: "this page's challenge is not known; load the page again" },
  },
  challenge_expired: {
    meaning: "The page was open too long before it was signed.",
    cause: "A challenge is for a few minutes, so that an old page can't be signed by mistake.",
    whatToDo: "Load the page again, read it, and sign.",
    example: { instance: DECISION, detail: "this page was open too long; load it again" },
  },
  challenge_consumed: {
    meaning: "The page's challenge was used before. Each one works once.",
    cause: "The same answer was sent twice, or the page is open in two tabs.",
    whatToDo: "Load the page again. It shows whether your first signature counts.",
    example: {
      instance: DECISION,
      detail: "this page's challenge was used already; load the page again",
    },
  },
  unknown_credential: {
    meaning: "The passkey that signed does not count for you here.",
    cause: "It was revoked, waits for its endorsement, or belongs to another person or organisation.",
    whatToDo:
      "Sign with a passkey that counts; `/devices` lists yours. If there is none, ask an admin for a new link.",
    example: { instance: DECISION, detail: "this passkey is not active for you here" },
  },
  authenticator_class_mismatch: {
    meaning: "The request takes only a passkey that can't leave its device.",
    cause: "The passkey that signed can be copied to other devices by its provider.",
    whatToDo: "Sign with a security key, or with another passkey that stays on one device.",
    example: {
      instance: DECISION,
      detail:
        "this request takes only a passkey that can't leave its device, such as a security key; sign with one",
    },
  },
  signature_verification_failed: {
    meaning: "The answer of the passkey is not valid for this page.",
    cause:
      "The signature, or what the browser and the authenticator state in it, is wrong. The code in `errors` says which check failed. Nothing was decided.",
    whatToDo:
      "Load the page again and sign once more, in the browser itself and with your PIN, finger or face. If it stays, use another passkey and report it to an admin.",
    example: {
      instance: DECISION,
      detail: "the signature was not made by this key over these bytes",
    },
  },
  signature_counter_regression: {
    meaning: "The passkey's signature counter went back, so the passkey may have been copied.",
    cause:
      "Each signature of such a passkey counts up. A lower number means that a second copy of it signs, too, or that its authenticator was reset.",
    whatToDo: "Sign with another passkey, revoke this one on `/devices`, and report it to an owner or admin.",
    example: {
      instance: DECISION,
      detail:
        "this passkey's signature counter went back, so it may have been copied; sign with another passkey",
    },
  },
  credential_registered: {
    meaning: "This passkey is registered here already.",
    cause: "The device offered a passkey that exists, in place of a new one.",
    whatToDo: "Sign in with it. To add a second passkey, use another device or another provider.",
    example: { instance: "/enrol/finish", detail: "this passkey is registered already" },
  },
  public_key_registered: {
    meaning: "Another passkey with the same public key is registered here.",
    cause: "An authenticator made the same key twice. Who signed could then not be distinguished.",
    whatToDo: "Create a new passkey, on this or another device.",
    example: {
      instance: "/enrol/finish",
      detail:
        "another passkey with the same public key is registered here; create a new passkey, on this or another device",
    },
  },
  too_many_passkeys: {
    meaning: "You have as many passkeys as one person can have.",
    cause: "16 passkeys of yours count or wait.",
    whatToDo: "Remove or revoke one on `/devices`, then add the new one.",
    example: {
      instance: "/devices/finish",
      detail: "you have 16 passkeys; remove or revoke one first",
    },
  },
  passkey_removed: {
    meaning: "The passkey that this request would endorse no longer exists.",
    cause: "Its owner removed or replaced it meanwhile.",
    whatToDo: "Reject the request. The person sends another one with the new passkey.",
    example: { instance: DECISION, detail: "this passkey was removed or replaced; reject this request" },
  },
  change_outdated: {
    meaning: "The change that you are asked to sign no longer fits what is there.",
    cause: "The person's passkeys or role, or the key, changed after the request was made.",
    whatToDo:
      "Reject the request. If the change is still wanted, sign the newer request or ask for it again.",
    example: { instance: DECISION, detail: "this API key was revoked; reject this request" },
  },
} as const satisfies Readonly<Record<string, ProblemText>>;
