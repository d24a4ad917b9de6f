import { byId, runAction, setVisible } from "../common/dom.ts";
import { readState, watchState } from "./demo-state.ts";
import { listenToSteps, openStep, say, statusOf, type StepName } from "./demo-steps.ts";
import { ask, currentState, goOn, start, startAgain } from "./live-demo.ts";
import { isRecording, playRecording, stopRecording } from "./play-recording.ts";
import { removePasskey } from "./remove-passkey.ts";
import { isRequestWindowClosed, openRequestWindow } from "./request-window.ts";
import { useOnce } from "./use-once.ts";

// The live demo of the landing page: the buttons, and where it goes on.

/** Absent where the demo can't run: the server has drawn why. */
const startButton = document.getElementById("demo-start");

function onTap(id: string, step: StepName, action: () => Promise<string>): void {
  const button = byId(id, HTMLButtonElement);
  button.addEventListener("click", () => void runAction(button, statusOf(step), action));
}

function listen(): void {
  listenToSteps();
  onTap("demo-play", "passkey", playRecording);
  onTap("demo-ask", "ask", ask);
  onTap("demo-use", "use", () => useOnce(currentState()));
  onTap("demo-remove", "use", remove);
  for (const id of ["demo-open", "demo-open-again"]) {
    const link = byId(id, HTMLAnchorElement);
    link.addEventListener("click", (event) => {
      openRequestWindow(event);
      openStep("sign", "move");
    });
  }
  for (const id of ["demo-again", "demo-again-made", "demo-again-end"])
    byId(id).addEventListener("click", () => startAgain("Start with another passkey."));
  byId("demo-ask-again").addEventListener("click", () => void resume("move"));
  byId("demo-live").addEventListener("click", () => {
    stopRecording();
    void resume("move");
  });
  addEventListener("focus", sayClosed);
  watchState(() => {
    if (!isRecording()) void resume("stay");
  });
}

async function resume(focus: "move" | "stay"): Promise<void> {
  await goOn(startButton === null ? undefined : readState(Date.now()), focus);
}

/** The person has come back without a decision. */
function sayClosed(): void {
  if (isRequestWindowClosed() && currentState()?.request !== null)
    say("sign", "The window was closed without a decision. The request is still open.");
}

async function remove(): Promise<string> {
  const state = currentState();
  return state === undefined ? "" : removePasskey(state);
}

async function offerStart(button: HTMLButtonElement): Promise<void> {
  if (!("PublicKeyCredential" in window)) {
    setVisible(button, false);
    return say("passkey", "This browser can’t make a passkey here. Watch the recorded demo.");
  }
  button.addEventListener("click", () => void runAction(button, statusOf("passkey"), start));
  button.disabled = false;
  if (!(await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()))
    say(
      "passkey",
      "This device keeps no passkeys itself. Use a phone or a security key, or watch the recorded demo.",
    );
}

listen();
byId("demo-play", HTMLButtonElement).disabled = false;
if (startButton instanceof HTMLButtonElement) {
  void offerStart(startButton);
  void resume("stay");
}
