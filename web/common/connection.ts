import { byId, make, setText } from "./dom.ts";
import { isTemporary, type Problem } from "./http.ts";

// The bar of a page that was left open: why it no longer shows what is new, and the way forward.

export function drawConnection(problem: Problem | undefined): void {
  const bar = byId("connection");
  if (problem !== undefined && isSessionEnd(problem))
    return bar.replaceChildren("You are signed out. ", signInAgain());
  const more = problem && isTemporary(problem) ? "Trying again." : "Reload this page.";
  setText(bar, problem ? `${problem.detail} ${more}` : "");
}

/** The text for the status line of a page that changes something. After the end of the session the bar shows the way back. */
export function textOfProblem(problem: Problem): string {
  if (!isSessionEnd(problem)) return problem.detail;
  drawConnection(problem);
  return "You are signed out. Nothing was changed.";
}

export function isSessionEnd({ code }: Problem): boolean {
  return code === "session_required";
}

function signInAgain(): HTMLElement {
  const button = make("button", "small", "Sign in again");
  button.type = "button";
  // Without a session the server shows the sign-in page at this address.
  button.addEventListener("click", () => location.reload());
  return button;
}
