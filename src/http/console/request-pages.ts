import { ID_MAX_CHARACTERS, NAME_MAX_CHARACTERS } from "../../core/confirmation/statement.ts";
import { STATUSES, type RequestQuery } from "../../core/pages/request-list-data.ts";
import { RequestListView } from "../../../web/console/requests/request-list.tsx";
import type { RequestContext } from "../context.ts";
import { definePage } from "./define.ts";

export const requestListPage = definePage({
  path: "/console/requests",
  title: "Requests",
  section: "requests",
  act: "requests.list",
  isLive: true,
  input: requestQuery,
  view: RequestListView,
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
