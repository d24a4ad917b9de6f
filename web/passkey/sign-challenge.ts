import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type { CredentialDescriptor, SignInChallenge } from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { setText } from "../common/dom.ts";
import { post, type Path } from "../common/http.ts";
import { credentialList, passkeyErrorText, usePasskey } from "./passkey-client.ts";

/** Without a list the person chooses among all passkeys of this site. */
interface Challenge extends SignInChallenge {
  readonly allowCredentials?: readonly CredentialDescriptor[];
}

/**
 * Signs the challenge that the server issues at this address, and sends it back. Returns a text to show if the server
 * does not accept it, or if there was no signature.
 */
export async function signChallenge(path: Path, status: HTMLElement): Promise<string | undefined> {
  const answer = await post<Challenge>(`${path}/begin`, {});
  if (!answer.ok) return answer.problem.detail;
  const { challenge, rpId, allowCredentials } = answer.value;
  setText(status, "Follow your device's passkey prompt.");
  try {
    const assertion = await usePasskey({
      challenge: expectOk(fromBase64url(challenge)),
      rpId,
      ...(allowCredentials && { allowCredentials: credentialList(allowCredentials) }),
    });
    const finished = await post(`${path}/finish`, { challenge, assertion });
    return finished.ok ? undefined : finished.problem.detail;
  } catch (problem) {
    return passkeyErrorText(problem);
  }
}
