import { grouped } from "../../../src/core/account/amounts.ts";
import {
  PENDING_COUNTED_MAX,
  type RequestItem,
  type RequestListData,
  type RequestQuery,
} from "../../../src/core/pages/request-list-data.ts";
import { Exact } from "../drawn.tsx";
import type { Html } from "../html-text.ts";
import type { View } from "../layout.tsx";
import { textOfTime, ZoneTime } from "../zone-time.tsx";
import { RequestFilters } from "./request-filters.tsx";
import { RequestStatus } from "./request-status.tsx";

const PATH = "/console/requests";

/** The requests of the whole organisation, newest first. */
export const RequestListView: View<RequestListData> = ({ data, shell }) => (
  <>
    <p class="quiet">
      {pendingText(data.pending)} <a href={`${PATH}?status=pending`}>Show what is pending</a> ·{" "}
      <a href="/console/figures">Figures of the last 30 days</a>
    </p>
    <RequestFilters query={data.query} choices={data.choices} />
    {data.problem !== null && (
      <p class="note" role="status">
        {data.problem.charAt(0).toUpperCase() + data.problem.slice(1)}.
      </p>
    )}
    {data.items.length === 0 && data.problem === null && <Nothing data={data} zone={shell.timeZone} />}
    {data.items.length > 0 && (
      <ul class="rows" role="list">
        {data.items.map((item) => (
          <Row item={item} zone={shell.timeZone} />
        ))}
      </ul>
    )}
    <Further data={data} zone={shell.timeZone} />
  </>
);

function pendingText(count: number): string {
  if (count === 0) return "No request is pending.";
  if (count === 1) return "1 request is pending.";
  return `${count < PENDING_COUNTED_MAX ? grouped(count) : `More than ${grouped(count)}`} requests are pending.`;
}

interface Part {
  readonly data: RequestListData;
  readonly zone: string;
}

function Nothing({ data: { query, searchedTo }, zone }: Part): Html {
  if (searchedTo !== null)
    return <p class="empty">Nothing found in the requests back to {textOfTime(searchedTo, zone)}.</p>;
  if (query.before !== "") return <p class="empty">There are no older requests.</p>;
  if (isFiltered(query))
    return (
      <p class="empty">
        No request is like this. <a href={PATH}>Show all requests</a>
      </p>
    );
  return (
    <p class="empty">
      Nothing has been asked yet. A request appears here as soon as an agent or a program asks with an API
      key.
    </p>
  );
}

function Row({ item, zone }: { readonly item: RequestItem; readonly zone: string }): Html {
  return (
    <li>
      <p class="row">
        <a href={`${PATH}/${item.id}`}>
          {item.isTest && (
            <>
              <span class="test-mark">Test</span>{" "}
            </>
          )}
          {item.isErased ? "Erased request" : <Exact text={item.action} />}
        </a>
        <RequestStatus status={item.status} isUsed={item.usedAt !== null} />
      </p>
      <p class="quiet">
        <Exact text={item.requester} />
        {item.isChange ? (
          " · a change of who may sign, or of what is public"
        ) : (
          <>
            {" · "}
            <Exact text={item.project} />
          </>
        )}
        {" · asks "}
        {item.approver === null ? "several people" : <Exact text={item.approver} />}
        {" · "}
        <ZoneTime at={item.createdAt} zone={zone} />
      </p>
    </li>
  );
}

/** The next page keeps the filters in its address. */
function Further({ data: { next, searchedTo, query, items }, zone }: Part): Html {
  if (next === null) return <></>;
  const parameters = new URLSearchParams(
    Object.entries({ ...query, before: next }).filter(([, value]) => value !== ""),
  );
  return (
    <p>
      {searchedTo !== null && items.length > 0 && `Looked back to ${textOfTime(searchedTo, zone)}. `}
      <a class="button small" href={`${PATH}?${parameters}`}>
        {searchedTo === null ? "Older requests" : "Look further back"}
      </a>
    </p>
  );
}

function isFiltered(query: RequestQuery): boolean {
  return Object.values(query).some((value) => value !== "");
}
