import { byId, setText, setVisible } from "../common/dom.ts";
import { jsonText } from "./demo-answers.ts";
import { useApproval } from "./demo-calls.ts";
import type { DemoState } from "./demo-state.ts";
import { finishStep } from "./demo-steps.ts";

// The backend uses the approval. The first time it succeeds, and never again.

/** Returns what to show. */
export async function useOnce(state: DemoState | undefined): Promise<string> {
  if (state === undefined || state.request === null) return "";
  const used = await useApproval(state, state.request);
  if (used.ok) {
    const { id, status, consumedAt } = used.value;
    setText(byId("demo-use-answer"), `200 OK\n${jsonText({ id, status, consumedAt })}`);
    setText(byId("demo-use"), "Use it a second time");
    return "Used. Now the backend runs the action.";
  }
  const { status, code, detail } = used.problem;
  if (status === 0 || status === 401) return detail;
  setText(byId("demo-use-answer"), `${status}\n${JSON.stringify({ code, detail }, null, 2)}`);
  finishStep("use", code === "already_consumed" ? "The second use is refused" : "Not approved, so refused");
  setVisible(byId("demo-use"), false);
  setVisible(byId("demo-end"), true);
  byId("demo-end-lead").focus();
  return "";
}

export function resetUse(): void {
  setText(byId("demo-use"), "Use the approval");
  setText(byId("demo-use-answer"), "");
  setVisible(byId("demo-use"), true);
  setVisible(byId("demo-end"), false);
}
