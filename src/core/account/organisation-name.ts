import type { Result } from "../refusal.ts";
import { readVisibleName } from "./visible-name.ts";

/** UTF-16 units. Two lines on a phone; a passkey's name, which contains it, stays readable in the device's list. */
export const ORGANISATION_NAME_MAX_CHARACTERS = 80;

export function readOrganisationName(text: string): Result<string> {
  return readVisibleName(text, ORGANISATION_NAME_MAX_CHARACTERS);
}
