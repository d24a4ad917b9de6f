import { FILLED_APPROVERS, FILLED_PROJECTS } from "./filled-tenant.ts";
import type { Filled } from "./store-calls.ts";

// Calls of the lists of requests.

const [PROJECT] = FILLED_PROJECTS;
const [PERSON = ""] = FILLED_APPROVERS;
const STATUSES = ["pending", "approved", "rejected", "expired", "cancelled"];
const ANY_REQUEST = {
  status: null,
  project: null,
  requester: null,
  approver: null,
  from: null,
  until: null,
  action: null,
  id: null,
  before: null,
  limit: 51,
};

export const REQUEST_CALLS: Readonly<Record<string, (filled: Filled) => readonly (readonly unknown[])[]>> = {
  newestRequests: ({ store }) => [[store, 100]],
  listConfirmations: ({ store, newest, now }) =>
    [undefined, ...STATUSES].flatMap((status) =>
      [{}, { approver: PERSON }, { createdAfter: now - 60_000 }, { after: newest.at(-1)?.id }].map((more) => [
        store,
        { project: PROJECT, status, limit: 100, ...more },
      ]),
    ),
  readInbox: ({ store, now, pending }) => [
    [store, PERSON, now, undefined],
    [store, PERSON, now, pending.at(-1)?.id],
    [store, "p_nobody", now, undefined],
  ],
  readRequests: ({ store, newest, now }) =>
    [
      {},
      ...STATUSES.map((status) => ({ status })),
      { project: PROJECT },
      { project: PROJECT, status: "approved", action: "nothing" },
      { requester: "", status: "expired", action: "Action" },
      { approver: PERSON, project: PROJECT },
      { approver: PERSON, status: "pending", project: PROJECT, requester: "" },
      { action: "nothing", from: now - 86_400_000, until: now },
      { action: "Action", before: newest.at(-1)?.id },
      { id: newest[0]?.id },
    ].map((more) => [store, { ...ANY_REQUEST, ...more }]),
  countPending: ({ store }) => [[store, 1_000]],
  firstTimes: ({ store, now }) => [[store, now - 30 * 24 * 3_600_000, 30_000]],
  readTimeline: ({ store, newest }) => [[store, newest[0]?.id]],
  readChoices: ({ store }) => [[store, 200]],
  pendingChangesOf: ({ store, now }) => [[store, ["policy.changed", "rules.changed"], now]],
  currentKeys: ({ store, now }) => [[store, now, 100]],
};
