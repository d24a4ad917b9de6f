import { readOrganisationName } from "../../src/core/account/organisation-name.ts";
import { USER_NAME, USER_NAME_RULE } from "../../src/core/account/user-name.ts";
import { asSentence } from "../common/sentence.ts";
import { byId, setText } from "../common/dom.ts";

// The fields of a sign-up, checked by the server's own rules before anything is sent or created.

export interface Names {
  readonly organisation: string;
  readonly username: string;
  readonly code?: string;
}

const organisation = byId("organisation", HTMLInputElement);
const username = byId("username", HTMLInputElement);
const code = byId("code", HTMLInputElement);
export const FIELDS = [organisation, username, code];

/** Undefined if a field is wrong: then it says why, and the first of them has the focus. */
export function readNames(withCode: boolean): Names | undefined {
  const name = readOrganisationName(organisation.value);
  // Keyboards of phones begin with a capital letter.
  username.value = username.value.trim().toLowerCase();
  const user = username.value;
  const given = code.value.trim();
  const faults = [
    setFault(organisation, name.ok ? "" : name.refusal.detail),
    setFault(username, USER_NAME.test(user) ? "" : user === "" ? "must not be empty" : USER_NAME_RULE),
    setFault(code, withCode && given === "" ? "must not be empty" : ""),
  ];
  FIELDS.find((_field, at) => faults[at])?.focus();
  if (!name.ok || faults.includes(true)) return undefined;
  return { organisation: name.value, username: user, ...(withCode ? { code: given } : {}) };
}

/** Whether there is one. */
export function setFault(field: HTMLInputElement, fault: string): boolean {
  field.ariaInvalid = fault === "" ? null : "true";
  const label = document.querySelector(`label[for="${field.id}"]`)?.textContent ?? "";
  setText(byId(`${field.id}-fault`), fault === "" ? "" : asSentence(`${label} ${fault}`));
  return fault !== "";
}
