import { fromBase64url } from "../../src/core/encoding/bytes.ts";
import type { ElevationChallenge } from "../../src/core/pages/console.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { runAction, setText } from "../common/dom.ts";
import { post } from "../common/http.ts";
import { credentialList, passkeyErrorText, usePasskey } from "../passkey/passkey-client.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { enableLive } from "./live-page.ts";

// The console works without this script, but for passkeys and small conveniences.

enableSignOut();
enableElevation();
enableLive();
enableCopy();

/** Each button names the element whose text it copies. */
function enableCopy(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const source = document.getElementById(button.dataset["copy"] ?? "");
    if (source === null) continue;
    button.hidden = false;
    button.addEventListener("click", ({ detail: clicks }) => {
      // A page in use does not load itself again. A button that was clicked with a pointer is in use no longer.
      if (clicks > 0) button.blur();
      navigator.clipboard.writeText(source.textContent).then(
        () => setText(button, "Copied"),
        () => setText(button, "Select the text and copy it"),
      );
    });
  }
}

/** On the page that holds a form until its person has confirmed with a passkey. */
function enableElevation(): void {
  const button = document.getElementById("elevate");
  const form = document.getElementById("held");
  const status = document.getElementById("status");
  if (!(button instanceof HTMLButtonElement) || !(form instanceof HTMLFormElement) || status === null) return;
  if (!hasPasskeys(button)) return;
  button.addEventListener("click", () => void runAction(button, status, () => elevate(form, status)));
}

async function elevate(form: HTMLFormElement, status: HTMLElement): Promise<string> {
  const answer = await post<ElevationChallenge>("/console/elevate/begin", {});
  if (!answer.ok) return answer.problem.detail;
  const { challenge, rpId, allowCredentials } = answer.value;
  setText(status, "Follow your device's passkey prompt.");
  try {
    const assertion = await usePasskey({
      challenge: expectOk(fromBase64url(challenge)),
      rpId,
      allowCredentials: credentialList(allowCredentials),
    });
    const finished = await post("/console/elevate/finish", { challenge, assertion });
    if (!finished.ok) return finished.problem.detail;
  } catch (problem) {
    return passkeyErrorText(problem);
  }
  form.submit();
  return "Confirmed.";
}
