import type { DemoState } from "./demo-state.ts";

// Browsers that can, hide a passkey of which a site says that it is of no use any more. None of them says whether it did.

/** As the device lists it. */
export function passkeyName({ username }: DemoState): string {
  return `${username} at Demo`;
}

/** Returns what to show. */
export async function removePasskey(state: DemoState): Promise<string> {
  const { rpId, passkey } = state;
  const byHand = `In the passkeys of your device or password manager, delete “${passkeyName(state)}”.`;
  if (passkey === null) return byHand;
  if (typeof PublicKeyCredential.signalUnknownCredential !== "function")
    return `This browser can’t remove it for you. ${byHand}`;
  try {
    await PublicKeyCredential.signalUnknownCredential({ rpId, credentialId: passkey.credentialId });
    return `This browser was asked to remove the passkey. If it is still listed: ${byHand.charAt(0).toLowerCase()}${byHand.slice(1)}`;
  } catch {
    return `This browser did not remove it. ${byHand}`;
  }
}
