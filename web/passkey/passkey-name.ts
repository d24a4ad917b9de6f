import { PASSKEY_NAME_MAX_CHARACTERS } from "../../src/core/pages/account.ts";
import { deviceName } from "./create-passkey.ts";

// The name that a person gives to a new passkey. It is checked before the passkey is made: the device would keep one
// that the server then refuses.

export function passkeyNameIn(field: HTMLInputElement): string {
  return field.value.trim() || deviceName();
}

/** Why the server would refuse the name; then the field has the focus. Undefined if it is accepted. */
export function passkeyNameFault(field: HTMLInputElement): string | undefined {
  const { length } = passkeyNameIn(field);
  const isTooLong = length > PASSKEY_NAME_MAX_CHARACTERS;
  field.ariaInvalid = String(isTooLong);
  if (!isTooLong) return undefined;
  field.focus();
  return `The name has ${length} characters; at most ${PASSKEY_NAME_MAX_CHARACTERS} are allowed. Shorten it. No passkey was created.`;
}
