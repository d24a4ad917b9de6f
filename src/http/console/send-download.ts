import { askWithCookie, drawWithSession } from "../browser/session.ts";
import type { RequestContext } from "../context.ts";
import { noteRate } from "../desk/desk-answer.ts";
import { placeOf } from "../place.ts";
import type { ConsoleDownload } from "./define.ts";
import { drawRefusal } from "./draw-console.ts";

/** The file, or the page that says why there is none. */
export async function sendDownload(context: RequestContext, file: ConsoleDownload): Promise<Response> {
  const input = file.input(context) as never;
  const answer = await askWithCookie(context, ({ desk, session }) =>
    desk().act(session, placeOf(context), file.act, input),
  );
  noteRate(context, answer);
  const { result } = answer;
  if (result.ok) {
    // The act of a download writes bytes.
    const name = typeof file.file === "string" ? file.file : file.file(context);
    return context.body(result.value as unknown as ReadableStream<Uint8Array>, 200, {
      "content-type": file.media,
      "content-disposition": `attachment; filename="${name}"`,
    });
  }
  const { code } = result.refusal;
  return code === "session_required" || code === "passkey_waiting"
    ? drawWithSession(
        context,
        async () => answer,
        () => context.redirect(file.page.path, 303),
      )
    : drawRefusal(context, file.page, result.refusal);
}
