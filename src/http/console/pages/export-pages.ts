import { EXPORT_MEDIA_TYPE } from "../../../core/evidence/export.ts";
import { ExportView } from "../../../../web/console/export-page.tsx";
import { definePage, type ConsoleDownload } from "../define.ts";

export const exportPage = definePage({
  path: "/console/export",
  title: "Export",
  section: "export",
  act: "export.read",
  input: () => null,
  view: ExportView,
});

export const EXPORT_DOWNLOADS: readonly ConsoleDownload[] = [
  {
    path: "/console/export/history",
    act: "export.history",
    page: exportPage,
    input: () => null,
    media: EXPORT_MEDIA_TYPE,
    file: "countersign-history.ndjson",
  },
  {
    path: "/console/export/table",
    act: "export.table",
    page: exportPage,
    input: () => null,
    media: "text/csv; charset=utf-8",
    file: "countersign-requests.csv",
  },
];
