import { drawConnection, isSessionEnd } from "../common/connection.ts";
import type { Problem } from "../common/http.ts";

/** The text for the status line. After the end of the session the bar shows the way back. */
export function textOfProblem(problem: Problem): string {
  if (!isSessionEnd(problem)) return problem.detail;
  drawConnection(problem);
  return "You are signed out. Nothing was changed.";
}
