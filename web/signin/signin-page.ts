import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type { SignInChallenge } from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { runAction, byId, setText } from "../common/dom.ts";
import { passkeyErrorText, usePasskey } from "../passkey/passkey-client.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { post } from "../common/http.ts";

// The server sends this page at the requested address, so it is the same at every address.

const button = byId("signin", HTMLButtonElement);
const status = byId("status");

async function signIn(): Promise<string> {
  const answer = await post<SignInChallenge>("/signin/begin", {});
  if (!answer.ok) return answer.problem.detail;
  const { challenge, rpId } = answer.value;
  setText(status, "Follow your device's passkey prompt.");
  try {
    const assertion = await usePasskey({ challenge: expectOk(fromBase64url(challenge)), rpId });
    const finished = await post("/signin/finish", { challenge, assertion });
    if (!finished.ok) return finished.problem.detail;
  } catch (problem) {
    return passkeyErrorText(problem);
  }
  location.reload();
  return "Signed in.";
}

if (hasPasskeys(button)) button.addEventListener("click", () => void runAction(button, status, signIn));
