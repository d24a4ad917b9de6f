import { expectOk } from "../../src/core/refusal.ts";
import { show, type Line } from "../../src/core/display/show.ts";
import type { Template } from "../../src/core/display/template.ts";
import { canonicalBytes } from "../../src/core/encoding/jcs.ts";
import type { JsonObject } from "../../src/core/encoding/strict-json.ts";
import { aRole, fingerprintIn, scopesText } from "../../src/core/report/change-text.ts";
import type { Change } from "../../src/core/stream/change-format.ts";
import type { Role } from "../../src/core/stream/record.ts";
import { groupWords, policyWords, rulesWords, type ChangeWords, type Replaced } from "./document-words.ts";

// What each change means, in words. The words are this page's own; the names in them are what is signed.

/** `signer` is the id of the person who reads this. */
export function wordsOf(
  change: Change,
  organisation: string,
  signer: string,
  replaced: Replaced = null,
): ChangeWords {
  switch (change.change) {
    case "credential.endorsed":
      return change.person.id === signer ? ownPasskey(change) : newPasskey(change, organisation);
    case "recovered":
      return recovery(change);
    case "credential.revoked":
      return {
        question: ["Revoke a passkey of ", name(change), "?"],
        effect: ["This passkey can never sign again. What was signed with it before stays valid."],
        yes: "Revoke this passkey",
        no: "Keep it",
        outcome: { approved: "The passkey is revoked.", not: "The passkey stays as it was." },
      };
    case "person.removed":
      return removal(change);
    case "role.changed":
      return {
        question: ["Make ", name(change), ` ${aRole(change.role)}?`],
        effect: [name(change), ` then ${ROLES[change.role]}, from the moment you sign.`],
        yes: "Change the role",
        no: "Don't change it",
        outcome: { approved: "The role is changed.", not: "The role stays as it was." },
      };
    case "group.changed":
      return groupWords(change, replaced);
    case "policy.changed":
      return policyWords(change, replaced);
    case "rules.changed":
      return rulesWords(change, replaced);
    case "template.changed":
      return change.template === null ? templateRemoval(change) : newTemplate(change.action, change.template);
    case "key.changed":
      return newKey(change);
    case "revealed":
      return change.shown ? publication(change) : withdrawal(change);
    case "tenant.deleted":
      return deletion(change);
  }
}

type Of<Kind extends Change["change"]> = Extract<Change, { readonly change: Kind }>;

function newPasskey(change: Of<"credential.endorsed">, organisation: string): ChangeWords {
  const rights = `: this person ${ROLES[change.role]}.`;
  return {
    question: ["Trust this passkey of ", name(change), "?"],
    effect: [
      "The holder of this passkey can then act as ",
      name(change),
      " (",
      change.role,
      ") at ",
      { exact: organisation },
      rights,
    ],
    yes: "Trust this passkey",
    no: "Don't trust it",
    outcome: {
      approved: "The passkey counts now: its owner can sign with it.",
      not: "This passkey gives no access.",
    },
    compare: {
      fingerprint: fingerprintIn(change),
      how: [
        "Call ",
        name(change),
        ", or meet in person, and compare every group with the screen there. Don't use the channel that brought the link.",
      ],
    },
  };
}

function ownPasskey(change: Of<"credential.endorsed">): ChangeWords {
  return {
    question: ["Trust your new passkey?"],
    effect: ["The holder of this passkey can then act as you, ", name(change), "."],
    yes: "Trust this passkey",
    no: "Don't trust it",
    outcome: {
      approved: "The new passkey counts now: you can sign with it.",
      not: "The new passkey gives no access.",
    },
    compare: {
      fingerprint: fingerprintIn(change),
      how: ["Compare every group with what your other device shows. If you did not create it, don't sign."],
    },
  };
}

function recovery(change: Of<"recovered">): ChangeWords {
  const lost = change.revoked.length;
  const all = lost === 1 ? "The one passkey that " : `All ${lost} passkeys that `;
  return {
    question: ["Replace all passkeys of ", name(change), "?"],
    effect: [
      all,
      name(change),
      ` has now ${lost === 1 ? "stops" : "stop"} working, and the holder of the new one can act as this person.`,
    ],
    yes: "Replace the passkeys",
    no: "Don't replace them",
    outcome: {
      approved: "The new passkey counts now, and the earlier ones are revoked.",
      not: "The earlier passkeys stay as they were. The new one gives no access.",
    },
    compare: {
      fingerprint: fingerprintIn(change),
      how: [
        "An attacker would ask for exactly this. Call ",
        name(change),
        " on a number that you know, or meet in person, and compare every group with the screen there.",
      ],
    },
  };
}

function removal(change: Of<"person.removed">): ChangeWords {
  return {
    question: ["Remove ", name(change), " from the organisation?"],
    effect: [
      "All passkeys, sessions and links of ",
      name(change),
      ", and the API keys that this person created, stop at once and for good. What was signed before stays valid.",
    ],
    yes: "Remove this person",
    no: "Don't remove",
    outcome: { approved: "The person is removed.", not: "The person stays in the organisation." },
  };
}

/** Of the two members "fields" and "sentence". */
const SENTENCE_FIRST = [1, 0];

function newTemplate(action: string, { sentence, fields }: Template): ChangeWords {
  return {
    question: ["Use this template for “", { exact: action }, "”?"],
    effect: [
      "Everybody who is asked for this action from now on reads the sentence, labels and formats below. The content itself stays complete beside them.",
    ],
    yes: "Use this template",
    no: "Don't use it",
    outcome: { approved: "The template is in use.", not: "Requests are shown as before." },
    inFull: linesOf({ fields, sentence }, SENTENCE_FIRST),
  };
}

function templateRemoval({ action }: Of<"template.changed">): ChangeWords {
  return {
    question: ["Stop using the template of “", { exact: action }, "”?"],
    effect: ["New requests for this action then show their content without it."],
    yes: "Stop using it",
    no: "Keep it",
    outcome: { approved: "The template is no longer used.", not: "The template stays in use." },
  };
}

function newKey({ key }: Of<"key.changed">): ChangeWords {
  return {
    question: ["Activate the API key “", { exact: key.name }, "”?"],
    effect: [`Every program that has this key can then ${scopesText(key.scopes)}.`],
    yes: "Activate the key",
    no: "Don't activate it",
    outcome: { approved: "The key works now.", not: "The key does not work." },
    inFull: linesOf(key),
  };
}

function deletion({ tenant }: Of<"tenant.deleted">): ChangeWords {
  return {
    question: ["Delete the organisation “", { exact: tenant.name }, "”?"],
    effect: [
      "All keys, links and sessions stop at once. People, passkeys, requests and their content are destroyed, and nobody can undo this. Receipts that were downloaded stay valid.",
    ],
    yes: "Delete the organisation",
    no: "Keep it",
    outcome: { approved: "The organisation is deleted.", not: "The organisation stays as it was." },
  };
}

function publication({ action }: Of<"revealed">): ChangeWords {
  return {
    question: ["Make the decision on “", { exact: action }, "” public?"],
    effect: [
      "Everyone who has its link can then read the action, the content, who signed it and why, and can keep a copy.",
    ],
    yes: "Make it public",
    no: "Keep it private",
    outcome: { approved: "The decision is public.", not: "The decision is not public." },
  };
}

function withdrawal({ action }: Of<"revealed">): ChangeWords {
  return {
    question: ["Stop showing the decision on “", { exact: action }, "” in public?"],
    effect: ["Its link then shows only the outcome and the time. Copies that people kept stay valid."],
    yes: "Stop showing it",
    no: "Keep it public",
    outcome: { approved: "The decision is no longer public.", not: "The decision is still public." },
  };
}

function linesOf(value: JsonObject, order: readonly number[] = []): readonly Line[] {
  return expectOk(show(canonicalBytes(value), order));
}

/** After "this person". */
const ROLES: Readonly<Record<Role, string>> = {
  owner: "can sign requests, manage everybody, and trust the passkeys of owners and admins",
  admin: "can sign requests, and can manage approvers, developers and auditors",
  developer: "can sign requests, but manages nobody",
  approver: "can sign requests, but manages nobody",
  auditor: "can only read, and signs nothing",
};

function name({ person }: { readonly person: { readonly username: string } }) {
  return { exact: person.username };
}
