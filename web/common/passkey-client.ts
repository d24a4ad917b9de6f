import { toBase64url } from "../../src/core/encoding/bytes.ts";
import type { AssertionInput } from "../../src/core/pages/account.ts";

// The browser's passkey calls, and their results as the server reads them.

/** No `await` stands before the browser's call: older Safari would no longer see the tap in it. */
export async function usePasskey(
  publicKey: PublicKeyCredentialRequestOptions,
  signal?: AbortSignal,
): Promise<AssertionInput> {
  const options = { publicKey: { ...publicKey, userVerification: "required" as const } };
  const used = await navigator.credentials.get(signal ? { ...options, signal } : options);
  const credential = used as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  const userHandle = response.userHandle === null ? {} : { userHandle: encoded(response.userHandle) };
  return {
    id: encoded(credential.rawId),
    clientDataJSON: encoded(response.clientDataJSON),
    authenticatorData: encoded(response.authenticatorData),
    signature: encoded(response.signature),
    ...userHandle,
  };
}

export function encoded(buffer: ArrayBuffer): string {
  return toBase64url(new Uint8Array(buffer));
}

/** Why the browser gave nothing, in words to show. */
export function passkeyTrouble(problem: unknown): string {
  const name = problem instanceof Error ? problem.name : "";
  return TROUBLE[name] ?? `This browser could not use a passkey${name === "" ? "" : ` (${name})`}.`;
}

const TROUBLE: Readonly<Record<string, string>> = {
  // Browsers say no more than this, so that a page can't find out which passkeys there are.
  NotAllowedError:
    "The passkey prompt was closed, took too long, or this device has no passkey for it. Nothing happened; you can try again.",
  AbortError: "The passkey prompt was closed. Nothing happened.",
  InvalidStateError: "This device already holds a passkey of yours here.",
  SecurityError: "The browser does not allow passkeys at this address.",
  NotSupportedError: "This device can't make a passkey that checks who holds it.",
  TypeError: "This browser can't use passkeys.",
};
