import type { Result } from "../../core/refusal.ts";
import { drawRefused, resultWithCookie } from "../browser/session.ts";
import type { RequestContext } from "../context.ts";
import { placeOf } from "../place.ts";
import type { ConsoleRoute } from "./define.ts";

/** Runs the act of a form or a download. A person who can't act yet gets the page that says why. */
export async function askAct(
  context: RequestContext,
  { act }: ConsoleRoute,
  input: unknown,
  answer: (result: Result<unknown>) => Response | Promise<Response>,
): Promise<Response> {
  const result = await resultWithCookie<unknown>(context, ({ desk, session }) =>
    desk().act(session, placeOf(context), act, input as never),
  );
  const code = result.ok ? undefined : result.refusal.code;
  return !result.ok && (code === "session_required" || code === "passkey_waiting")
    ? drawRefused(context, result)
    : answer(result);
}
