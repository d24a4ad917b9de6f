import { RECEIPT_MEDIA_TYPE } from "../../../core/evidence/receipt.ts";
import { ID_MAX_CHARACTERS, NAME_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import { STATUSES, type RequestQuery } from "../../../core/pages/request-list-data.ts";
import { RequestListView } from "../../../../web/console/requests/request-list.tsx";
import { RequestPageView } from "../../../../web/console/requests/request-page.tsx";
import type { RequestContext } from "../../context.ts";
import { defineButton, definePage, type ConsoleDownload } from "../define.ts";

export const requestListPage = definePage({
  path: "/console/requests",
  title: "Requests",
  section: "requests",
  act: "requests.list",
  isLive: true,
  input: requestQuery,
  view: RequestListView,
});

const idOf = (context: RequestContext) => context.req.param("id") ?? "";

export const requestPage = definePage({
  path: "/console/requests/:id",
  title: "Request",
  section: "requests",
  act: "requests.read",
  isLive: true,
  input: idOf,
  view: RequestPageView,
});

export const receiptDownload: ConsoleDownload = {
  path: "/console/requests/:id/receipt",
  act: "requests.receipt",
  page: requestPage,
  input: idOf,
  media: RECEIPT_MEDIA_TYPE,
  file: (context) => `receipt-${idOf(context)}.json`,
};

export const cancelForm = defineButton({
  path: "/console/requests/:id/cancel",
  page: requestPage,
  act: "requests.cancel",
  input: idOf,
  next: ({ id }) => `/console/requests/${id}`,
});

/** Of a pasted address. */
const SEARCH_MAX_CHARACTERS = 300;

/** What nobody could have chosen is no condition. */
function requestQuery(context: RequestContext): RequestQuery {
  const text = (name: string, max: number) => (context.req.query(name) ?? "").trim().slice(0, max);
  return {
    status: STATUSES.find((one) => one === context.req.query("status")) ?? "",
    project: text("project", ID_MAX_CHARACTERS),
    requester: text("requester", NAME_MAX_CHARACTERS),
    approver: text("approver", NAME_MAX_CHARACTERS),
    from: text("from", ID_MAX_CHARACTERS),
    to: text("to", ID_MAX_CHARACTERS),
    search: text("search", SEARCH_MAX_CHARACTERS),
    before: text("before", ID_MAX_CHARACTERS),
  };
}
