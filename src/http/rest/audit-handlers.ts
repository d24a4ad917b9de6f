import { EXPORT_MEDIA_TYPE } from "../../core/evidence/export.ts";
import { answered } from "../desk/desk-answer.ts";
import type { RestCall } from "./operation.ts";

/** The tenant's complete history, so that an auditor can compare it with the log. */
export async function exportHistory({ context, desk, key }: RestCall): Promise<Response> {
  return new Response(answered(context, await desk().actWithKey(key, "export.history", null)), {
    headers: {
      "content-type": EXPORT_MEDIA_TYPE,
      "content-disposition": 'attachment; filename="countersign-export.ndjson"',
    },
  });
}
