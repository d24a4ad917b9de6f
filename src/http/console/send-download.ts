import type { RequestContext } from "../context.ts";
import { askAct } from "./ask-act.ts";
import type { ConsoleDownload } from "./define.ts";
import { drawRefusal } from "./draw-console.ts";

/** The file, or the page that says why there is none. */
export async function sendDownload(context: RequestContext, download: ConsoleDownload): Promise<Response> {
  const { file, media, page } = download;
  return askAct(context, download, download.input(context), (result) => {
    if (!result.ok) return drawRefusal(context, page, result.refusal);
    const name = typeof file === "string" ? file : file(context);
    // The act of a download writes bytes.
    return context.body(result.value as ReadableStream<Uint8Array>, 200, {
      "content-type": media,
      "content-disposition": `attachment; filename="${name}"`,
    });
  });
}
