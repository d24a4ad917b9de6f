import { byId, runAction } from "../common/dom.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { signChallenge } from "../passkey/sign-challenge.ts";

// The server sends this page at the requested address, so it is the same at every address.

const button = byId("signin", HTMLButtonElement);
const status = byId("status");

async function signIn(): Promise<string> {
  const problem = await signChallenge("/signin", status);
  if (problem !== undefined) return problem;
  location.reload();
  return "Signed in.";
}

if (hasPasskeys(button)) button.addEventListener("click", () => void runAction(button, status, signIn));
