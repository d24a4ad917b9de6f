// Which passkeys were created in this window, for the page where it is signed that one is trusted: there the person need
// not compare a fingerprint with what this same window has shown. No other site can write this, and no link can.

/** Where the person created it. */
export type CreatedAt = "/devices" | "/signup";

const keyOf = (fingerprint: string): string => `created ${fingerprint}`;

export function rememberCreated(fingerprint: string, at: CreatedAt): void {
  sessionStorage.setItem(keyOf(fingerprint), at);
}

/** Undefined if the passkey with this fingerprint was not created in this window. */
export function createdHere(fingerprint: string): CreatedAt | undefined {
  const at = sessionStorage.getItem(keyOf(fingerprint));
  return at === "/devices" || at === "/signup" ? at : undefined;
}
