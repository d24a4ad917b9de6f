import { exportOf } from "../../app/evidence/stream-export.ts";
import { EXPORT_MEDIA_TYPE } from "../../core/evidence/export.ts";
import { orRefuse } from "../http-refusal.ts";
import type { RestCall } from "./operation.ts";

/** The tenant's complete history, so that an auditor can compare it with the log. */
export async function exportHistory({ runtime, principal }: RestCall): Promise<Response> {
  const lines = orRefuse(await exportOf(runtime, principal.store));
  return new Response(streamOf(lines), {
    headers: {
      "content-type": EXPORT_MEDIA_TYPE,
      "content-disposition": 'attachment; filename="countersign-export.ndjson"',
    },
  });
}

/** Produces a line only when the reader has taken the one before it. */
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
