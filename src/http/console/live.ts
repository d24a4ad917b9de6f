import { askDeskToWait } from "../browser/session.ts";
import type { LiveQuery } from "../browser/page-schemas.ts";
import type { RequestContext } from "../context.ts";
import { placeOf } from "../place.ts";
import type { ConsolePage } from "./define.ts";

// A page of the console asks here, with the query of its own address, whether it is still up to date.

export function livePathOf(path: string): string {
  return `${path}/live`;
}

/** The version of what the page would show now: at once if it differs, otherwise when it does or the time is up. */
export async function answerVersion(
  context: RequestContext,
  page: ConsolePage,
  { version, wait }: LiveQuery,
): Promise<Response> {
  const input = page.input(context) as never;
  return context.json(
    await askDeskToWait(context, ({ desk, session }, call) =>
      desk().consoleVersion(session, placeOf(context), page.act, input, { version, seconds: wait, call }),
    ),
  );
}
