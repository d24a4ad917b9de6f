import { isoTime, isoTimeOrNull } from "../../app/runtime.ts";
import { dayAfter, isDay, startOfDay } from "../../core/account/zone-days.ts";
import { comparisonCode } from "../../core/confirmation/challenge.ts";
import { foldedText } from "../../core/confirmation/folded.ts";
import { expectOk, accept, refuse, type Result } from "../../core/refusal.ts";
import { fromHex } from "../../core/encoding/bytes.ts";
import {
  REQUEST_LIST_ITEMS,
  type RequestItem,
  type RequestListData,
  type RequestQuery,
} from "../../core/pages/request-list-data.ts";
import type { RequestPageData, TimelineEntry } from "../../core/pages/request-page-data.ts";
import { DEMO_ZONE, type DemoCompany } from "./demo-company.ts";
import type { DemoRequest } from "./demo-requests.ts";
import { SUPPLIER_PAYMENT } from "./demo-samples.ts";

// The list of requests with its filters, and one request, as the acts of the product answer.

export function listDemoRequests(company: DemoCompany, query: RequestQuery): Result<RequestListData> {
  const problem = problemOf(company, query);
  const found = problem === null ? company.requests.filter((one) => meets(one, query)) : [];
  const start = found.findIndex(({ id }) => id === query.before) + 1;
  const rest = query.before !== "" && start === 0 ? [] : found.slice(start);
  const shown = rest.slice(0, REQUEST_LIST_ITEMS);
  const names = (all: readonly string[]) => [...new Set(all)].toSorted();
  return accept({
    query,
    problem,
    items: shown.map(requestItem),
    next: rest.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
    searchedTo: null,
    pending: company.requests.filter(({ status }) => status === "pending").length,
    choices: {
      projects: company.projects.map(({ id, name }) => ({ id, name })),
      requesters: names(company.requests.map(({ key }) => key.label)),
      approvers: names(company.requests.map(({ approver }) => approver)),
    },
    version: "",
  });
}

/** Why nothing can meet these conditions. */
function problemOf({ people }: DemoCompany, { from, to, approver }: RequestQuery): string | null {
  const wrong = [from, to].find((day) => day !== "" && !isDay(day));
  if (wrong !== undefined) return `there is no day ${wrong}; write it like 2026-11-28`;
  const isKnown = approver === "" || people.some(({ username }) => username === approver);
  return isKnown ? null : `nobody here has the user name ${approver}`;
}

function meets(request: DemoRequest, query: RequestQuery): boolean {
  const { status, project, requester, approver, from, to, search } = query;
  const wanted: readonly boolean[] = [
    status === "" || request.status === status,
    project === "" || request.key.project.id === project,
    requester === "" || request.key.label === requester,
    approver === "" || request.approver === approver,
    from === "" || request.createdAt >= startOfDay(from, DEMO_ZONE),
    to === "" || request.createdAt < startOfDay(dayAfter(to, 1), DEMO_ZONE),
    // An id can be inside of an address that somebody pasted.
    search === "" || search.includes(request.id) || foldedText(request.action).includes(foldedText(search)),
  ];
  return wanted.every(Boolean);
}

function requestItem(request: DemoRequest): RequestItem {
  const { id, action, key, approver, status, createdAt, expiresAt, decidedAt, usedAt } = request;
  return {
    id,
    isChange: false,
    isTest: key.project.mode === "test",
    isErased: false,
    action,
    requester: key.label,
    isAgent: key.agent,
    project: key.project.name,
    approver,
    status,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    decidedAt: isoTimeOrNull(decidedAt),
    usedAt: isoTimeOrNull(usedAt),
  };
}

export function readDemoRequest(company: DemoCompany, id: string): Result<RequestPageData> {
  const request = company.requests.find((one) => one.id === id);
  const approver = company.people.find(({ username }) => username === request?.approver);
  if (request === undefined || approver === undefined) return refuse("not_found", "");
  const { key, action, payload, status, decidedAt, reason } = request;
  const isSigned = status === "approved" || status === "rejected";
  const vote = status === "approved" ? "approve" : "reject";
  return accept({
    id,
    isChange: false,
    isTest: key.project.mode === "test",
    status,
    content: {
      action,
      payload: payload.text,
      payloadHash: payload.hash,
      order: payload.order,
      template: action === SUPPLIER_PAYMENT ? company.template : null,
      code: comparisonCode(id, expectOk(fromHex(payload.hash)), action),
    },
    requester: { kind: "key", name: key.label },
    progress: null,
    project: key.project.name,
    createdAt: isoTime(request.createdAt),
    expiresAt: isoTime(request.expiresAt),
    executeWithinSeconds: request.executeWithinSeconds,
    asked: { policy: null, names: { [approver.id]: approver.username } },
    votes:
      isSigned && decidedAt !== null
        ? [{ username: approver.username, vote, reason, at: isoTime(decidedAt), stage: 1, seat: "" }]
        : [],
    timeline: timelineOf(request),
    hasReceipt: false,
    canCancel: false,
    canSign: false,
    version: "",
  });
}

function timelineOf(request: DemoRequest): readonly TimelineEntry[] {
  const { key, approver, status, decidedAt, usedAt, index } = request;
  const isSigned = status === "approved" || status === "rejected";
  const outcome = {
    pending: null,
    approved: "approve",
    rejected: "reject",
    expired: "expired",
    cancelled: "cancelled",
  } as const;
  const who = isSigned ? approver : status === "cancelled" ? key.label : "";
  return [
    ...entry(request.createdAt, "asked", key.label),
    ...entry(request.notifiedAt, "notified", approver),
    ...entry(request.remindedAt, "reminded", approver),
    ...entry(request.openedAt, "opened", approver),
    ...entry(decidedAt, outcome[status], who),
    ...(index === null ? [] : [{ at: null, what: "sealed" as const, who: "", index }]),
    ...entry(isSigned && decidedAt !== null ? decidedAt + 900 : null, "delivered", key.label),
    ...entry(usedAt, "used", "", index === null ? null : index + 1),
  ];
}

/** None for what did not happen. */
function entry(
  at: number | null,
  what: TimelineEntry["what"] | null,
  who: string,
  index: number | null = null,
): readonly TimelineEntry[] {
  return at === null || what === null ? [] : [{ at: isoTime(at), what, who, index }];
}
