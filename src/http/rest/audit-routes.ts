import { Hono } from "hono";
import { exportOf } from "../../app/evidence/stream-export.ts";
import { EXPORT_MEDIA_TYPE } from "../../core/evidence/export.ts";
import { keyWith } from "./rest-routes.ts";
import { refused, type HonoEnv } from "../context.ts";

/** For auditors: the complete history, to be held against the log by whoever trusts neither. */
export const audit = new Hono<HonoEnv>();

audit.get("/export", async (context) => {
  const principal = await keyWith(context, "audit:read");
  if (principal instanceof Response) return principal;
  const lines = await exportOf(context.get("runtime"), principal.store);
  if (!lines.ok) return refused(context, lines.refusal);
  return new Response(streamOf(lines.value), {
    headers: {
      "content-type": EXPORT_MEDIA_TYPE,
      "cache-control": "no-store",
      "content-disposition": 'attachment; filename="countersign-export.ndjson"',
    },
  });
});

/** A line is made when the reader has taken the one before it. */
function streamOf(lines: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
