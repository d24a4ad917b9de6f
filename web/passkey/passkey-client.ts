import { fromBase64url, toBase64url } from "../../src/core/encoding/bytes.ts";
import type { AssertionInput, CredentialDescriptor } from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";

// The browser's WebAuthn calls, with results in the form that the server expects.

/** No `await` before the browser's call: older Safari would no longer connect it with the tap. */
export async function usePasskey(
  publicKey: PublicKeyCredentialRequestOptions,
  signal?: AbortSignal,
): Promise<AssertionInput> {
  const options = { publicKey: { ...publicKey, userVerification: "required" as const } };
  const result = await navigator.credentials.get(signal ? { ...options, signal } : options);
  const credential = result as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  const userHandle = response.userHandle === null ? {} : { userHandle: base64urlOf(response.userHandle) };
  return {
    id: base64urlOf(credential.rawId),
    clientDataJSON: base64urlOf(response.clientDataJSON),
    authenticatorData: base64urlOf(response.authenticatorData),
    signature: base64urlOf(response.signature),
    ...userHandle,
  };
}

function base64urlOf(buffer: ArrayBuffer): string {
  return toBase64url(new Uint8Array(buffer));
}

export function credentialList(passkeys: readonly CredentialDescriptor[]): PublicKeyCredentialDescriptor[] {
  return passkeys.map(({ id, transports }) => ({
    type: "public-key",
    id: expectOk(fromBase64url(id)),
    transports: transports as AuthenticatorTransport[],
  }));
}

/** Why the browser returned no passkey, as a text to show. */
export function passkeyErrorText(problem: unknown): string {
  const name = problem instanceof Error ? problem.name : "";
  return MESSAGES[name] ?? `This browser could not use a passkey${name === "" ? "" : ` (${name})`}.`;
}

const MESSAGES: Readonly<Record<string, string>> = {
  // Browsers give no more detail, so that a page can't find out which passkeys exist.
  NotAllowedError:
    "No passkey was used: the prompt was closed, it took too long, or this device has none for this account. Nothing was sent. You can try again.",
  AbortError: "The passkey prompt was closed. Nothing was sent.",
  InvalidStateError: "This device already has a passkey for this account.",
  SecurityError: "The browser does not allow passkeys at this address.",
  NotSupportedError:
    "This device can't create a passkey that checks who uses it (by fingerprint, face or PIN).",
  TypeError: "This browser can't use passkeys.",
};
