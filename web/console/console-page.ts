import { runAction, setText } from "../common/dom.ts";
import { hasPasskeys } from "../passkey/passkey-support.ts";
import { signChallenge } from "../passkey/sign-challenge.ts";
import { enableSignOut } from "../common/sign-out.ts";
import { enableThisDevice } from "../push/this-device.ts";
import { enableLive } from "./live-page.ts";

// The console works without this script, but for passkeys and small conveniences.

enableSignOut();
enableElevation();
enableLive();
enableCopy();
readToken();
enableThisDevice();

/** On the page of a link with a secret behind the #, which a browser sends to nobody: the form sends it. */
function readToken(): void {
  const field = document.getElementById("token");
  if (!(field instanceof HTMLInputElement)) return;
  field.value = location.hash.slice(1);
  const shown = document.getElementById(field.value === "" ? "no-token" : "token-form");
  if (shown !== null) shown.hidden = false;
}

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
  const problem = await signChallenge("/console/elevate", status);
  if (problem !== undefined) return problem;
  form.submit();
  return "Confirmed.";
}
