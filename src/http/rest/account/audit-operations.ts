import { EXPORT_MEDIA_TYPE } from "../../../core/evidence/export.ts";
import { exportHistory } from "../audit-handlers.ts";
import { keyOperation, type Operation } from "../operation.ts";
import { usageOperation } from "./usage-operation.ts";

export const AUDIT_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "get",
    path: "/api/audit/export",
    id: "exportHistory",
    summary: "Export the history",
    description:
      "The complete history of the organisation, one line for each sealed record. `countersign audit` checks it against the log. Each export is noted in the audit trail.",
    scope: "audit:read",
    status: 200,
    answer: { media: EXPORT_MEDIA_TYPE, file: "history.ndjson" },
    problems: ["not_found"],
    handler: exportHistory,
  }),
  usageOperation,
];
