import { concat, fromBase64url, toBase64url, utf8 } from "../encoding/bytes.ts";
import { isRef, REF_CHARACTERS } from "./tenant-ref.ts";

// The user handle of a person's passkeys: the tenant's ref in ASCII, then random bytes. An authenticator returns it at
// sign-in, before anything else says which tenant the person belongs to.

export const USER_HANDLE_RANDOM_BYTES = 24;
const USER_HANDLE_BYTES = REF_CHARACTERS + USER_HANDLE_RANDOM_BYTES;

export function makeUserHandle(ref: string, random: Uint8Array): string {
  if (!isRef(ref) || random.length !== USER_HANDLE_RANDOM_BYTES)
    throw new RangeError(`a user handle has a ref and ${USER_HANDLE_RANDOM_BYTES} random bytes`);
  return toBase64url(concat(utf8(ref), random));
}

/** Undefined if the text is no user handle of ours. */
export function refOfUserHandle(text: string): string | undefined {
  const bytes = fromBase64url(text);
  if (!bytes.ok || bytes.value.length !== USER_HANDLE_BYTES) return undefined;
  const ref = String.fromCharCode(...bytes.value.subarray(0, REF_CHARACTERS));
  return isRef(ref) ? ref : undefined;
}
