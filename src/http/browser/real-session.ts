import type { RequestContext } from "../context.ts";
import { orRefuse } from "../http-refusal.ts";
import { askWithCookie } from "./session.ts";

/** Whether the cookie is that of a session in a real organisation, which no demo may replace. */
export async function hasRealSession(context: RequestContext): Promise<boolean> {
  const { result } = await askWithCookie(context, ({ desk, session }) => desk().isSandboxSession(session));
  if (!result.ok && result.refusal.code === "session_required") return false;
  return !orRefuse(result);
}
