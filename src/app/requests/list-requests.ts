import { pageVersion } from "../../core/pages/page-version.ts";
import { dayAfter, isDay, startOfDay } from "../../core/account/zone-days.ts";
import { foldedText } from "../../core/confirmation/folded.ts";
import {
  PENDING_COUNTED_MAX,
  REQUEST_LIST_ITEMS,
  type RequestItem,
  type RequestListData,
  type RequestQuery,
} from "../../core/pages/request-list-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { findPersonByName, usernamesOf } from "../../store/account/people.ts";
import {
  countPending,
  readChoices,
  readRequests,
  SEARCHED_MAX_REQUESTS,
  type RequestConditions,
  type RequestRow,
  type RequestRows,
} from "../../store/requests/request-list-rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import type { ActCall } from "../acts/act.ts";
import { tickDue } from "../confirmation/apply-unsigned.ts";
import { visibleStatuses } from "../history/visible-status.ts";
import { isoTime, isoTimeOrNull } from "../runtime.ts";

/** Of each list of names in the filters. Another name can be typed. */
const CHOICES_MAX = 200;
/** 6,400 requests with 8 reads of the database, each of some 5 ms on one machine. */
const PAGE_MAX_READS = 8;
/** Also inside an address that somebody pasted. */
const REQUEST_ID = /c_[0-9a-hjkmnp-tv-z]{35}[0-9A-Za-z]/;

/** The requests of the whole organisation that meet the conditions, newest first. */
export async function listRequests(
  { runtime, store }: ActCall,
  query: RequestQuery,
): Promise<Result<RequestListData>> {
  // Time alone may have ended some that are not marked so.
  await tickDue(runtime, store);
  const conditions = await conditionsOf(store, query);
  const [{ rows, searchedTo }, pending, choices] = await Promise.all([
    conditions.ok ? findPage(store, conditions.value) : NOTHING,
    countPending(store, PENDING_COUNTED_MAX),
    readChoices(store, CHOICES_MAX),
  ]);
  const shown = rows.slice(0, REQUEST_LIST_ITEMS);
  const isFull = rows.length > REQUEST_LIST_ITEMS;
  const page = {
    problem: conditions.ok ? null : conditions.refusal.detail,
    items: await itemsOf(store, shown),
    next: isFull ? (shown.at(-1)?.id ?? null) : (searchedTo?.id ?? null),
    searchedTo: isFull || searchedTo === null ? null : isoTime(searchedTo.createdAt),
    pending,
  };
  return accept({ ...page, query, choices, version: pageVersion(page) });
}

const NOTHING: RequestRows = { rows: [], searchedTo: null };

/** Or why nothing can meet them. */
async function conditionsOf(store: TenantStore, query: RequestQuery): Promise<Result<RequestConditions>> {
  const { status, project, requester, approver, from, to, search, before } = query;
  for (const day of [from, to].filter((one) => one !== "" && !isDay(one)))
    return refuse("validation_failed", `there is no day ${day}; write it like 2026-11-28`);
  const { timeZone } = await store.own();
  const person = approver === "" ? undefined : await findPersonByName(store, approver);
  if (approver !== "" && person === undefined)
    return refuse("validation_failed", `nobody here has the user name ${approver}`);
  const id = REQUEST_ID.exec(search)?.[0] ?? null;
  const orNull = (text: string) => (text === "" ? null : text);
  return accept({
    status: status === "" ? null : status,
    project: orNull(project),
    requester: orNull(requester),
    approver: person?.id ?? null,
    from: from === "" ? null : startOfDay(from, timeZone),
    until: to === "" ? null : startOfDay(dayAfter(to, 1), timeZone),
    action: id === null ? orNull(search) : null,
    id,
    before: orNull(before),
    limit: REQUEST_LIST_ITEMS + 1,
  });
}

/** Reads on until the page is full, or until it has looked at enough. */
async function findPage(store: TenantStore, conditions: RequestConditions): Promise<RequestRows> {
  const rows: RequestRow[] = [];
  let found: RequestRows = NOTHING;
  let { before } = conditions;
  for (let reads = 0; reads < PAGE_MAX_READS; reads++) {
    found = await findRequests(store, { ...conditions, before });
    rows.push(...found.rows);
    if (found.searchedTo === null || rows.length >= conditions.limit) break;
    before = found.searchedTo.id;
  }
  return { rows, searchedTo: found.searchedTo };
}

/** The database knows the case of A to Z only. So it looks for the longest part in those, and this for the whole text. */
async function findRequests(store: TenantStore, conditions: RequestConditions): Promise<RequestRows> {
  const { action } = conditions;
  // Printable ASCII.
  if (action === null || /^[ -~]*$/.test(action)) return readRequests(store, conditions);
  const longest = action.split(/[^ -~]+/).toSorted((one, other) => other.length - one.length)[0];
  const found = await readRequests(store, {
    ...conditions,
    action: longest === undefined || longest === "" ? null : longest,
    limit: SEARCHED_MAX_REQUESTS,
  });
  const folded = foldedText(action);
  const rows = found.rows.filter((row) => foldedText(row.action).includes(folded));
  const last = found.rows.at(-1);
  const isCut = found.rows.length === SEARCHED_MAX_REQUESTS;
  return { rows, searchedTo: isCut && last !== undefined ? last : found.searchedTo };
}

async function itemsOf(store: TenantStore, rows: readonly RequestRow[]): Promise<readonly RequestItem[]> {
  const approvers = rows.flatMap(({ approverId }) => (approverId === null ? [] : [approverId]));
  const [statusOf, usernames] = await Promise.all([visibleStatuses(store), usernamesOf(store, approvers)]);
  return rows.map((row) => {
    const status = statusOf(row);
    return {
      id: row.id,
      isChange: row.type !== "decision",
      isTest: row.projectMode !== "live",
      isErased: row.erasedAt !== null,
      action: row.action,
      requester: row.requesterName,
      isAgent: row.requesterKind !== "person",
      project: row.type === "decision" ? row.projectName : "",
      approver: usernames.get(row.approverId ?? "") ?? null,
      status,
      createdAt: isoTime(row.createdAt),
      expiresAt: isoTime(row.expiresAt),
      decidedAt: status === "pending" ? null : isoTimeOrNull(row.decidedAt),
      usedAt: isoTimeOrNull(row.consumedAt),
    };
  });
}
