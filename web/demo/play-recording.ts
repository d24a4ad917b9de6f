import { byId, setText } from "../common/dom.ts";
import { createCall, createdAnswer, decidedAnswer } from "./demo-answers.ts";
import { allow, finishStep, openStep, resetSteps, sayFound } from "./demo-steps.ts";
import { stopLive } from "./live-demo.ts";

// The recorded demo: a real receipt, which is verified in this page as a live one is. Only a server can refuse a second
// use, so the recording ends before that.

/** In place of a key, which nobody recorded. */
const NO_KEY = "cs_test_recorded";

const demo = byId("demo");

export function isRecording(): boolean {
  return demo.dataset["recorded"] !== undefined;
}

/** Returns what to show if it can't be played. */
export async function playRecording(): Promise<string> {
  try {
    const { recordedEvidence, showProof } = await import("./demo-proof.ts");
    const shown = await showProof(recordedEvidence(), sayFound);
    if (shown === undefined) return "The recording can’t be read.";
    stopLive();
    demo.dataset["recorded"] = "";
    resetSteps("passkey");
    const { answer } = shown;
    finishStep("passkey", "Recorded: a simulated passkey");
    finishStep("ask", `Comparison code ${answer.code}`);
    finishStep("sign", "Recorded: approved");
    finishStep("decision", `Approved, entry ${answer.log?.index ?? "?"} of the log`);
    finishStep("challenge", shown.challenge);
    finishStep("log", shown.place);
    allow("change");
    const { origin } = new URL(answer.url);
    setText(byId("demo-call"), createCall(origin, answer.username ?? "", NO_KEY));
    setText(byId("demo-answer"), createdAnswer({ ...answer, status: "pending" }));
    setText(byId("demo-decision"), decidedAnswer(answer));
    openStep("ask", "move");
    return "";
  } catch {
    return "The part of this page that verifies did not load. Check your connection and reload the page.";
  }
}

export function stopRecording(): void {
  delete demo.dataset["recorded"];
}
