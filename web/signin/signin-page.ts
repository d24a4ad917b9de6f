import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type { SignInChallenge } from "../../src/core/pages/account.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { once, part, partOf, say } from "../common/dom.ts";
import { passkeyTrouble, usePasskey } from "../common/passkey-client.ts";
import { post } from "../common/http.ts";

// Stands at the very address that was asked for, and looks the same at every one of them.

const button = partOf("signin", HTMLButtonElement);
const status = part("status");

async function signIn(): Promise<string> {
  const begun = await post<SignInChallenge>("/signin/begin", {});
  if (!begun.ok) return begun.problem.detail;
  const { challenge, rpId } = begun.value;
  say(status, "Your device asks for your passkey.");
  try {
    const assertion = await usePasskey({ challenge: expectOk(fromBase64url(challenge)), rpId });
    const finished = await post("/signin/finish", { challenge, assertion });
    if (!finished.ok) return finished.problem.detail;
  } catch (problem) {
    return passkeyTrouble(problem);
  }
  location.reload();
  return "Signed in.";
}

button.addEventListener("click", () => void once(button, status, signIn));
