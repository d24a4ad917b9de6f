import { bindings } from "../../support/worker-fixture.ts";
import { FILLED_APPROVERS, FILLED_PROJECTS } from "./filled-tenant.ts";
import type { Filled } from "./store-calls.ts";

// Calls of the functions that store and claim what is sent: notices and deliveries.

const [PROJECT] = FILLED_PROJECTS;
const [PERSON = ""] = FILLED_APPROVERS;
/** As a request was inserted, a step committed or a record sealed. */
export const newEvent = (of: string) => ({
  eventId: `e_${of}`,
  type: "confirmation.created",
  at: 1,
  subjectId: of,
  projectId: PROJECT,
  data: "{}",
});
const concerned = ({ newest, now }: Filled) => ({
  confirmation: newest[0]?.id ?? "",
  project: PROJECT,
  people: JSON.stringify([PERSON]),
  at: now,
});
const step = ({ newest }: Filled) => ({ confirmation: newest[0]?.id ?? "", version: 0, step: "s_none" });

const CHANNEL = `n_email_${PERSON}`;
const noticeOf = (confirmationId = "") => ({
  confirmationId,
  channelId: CHANNEL,
  personId: PERSON,
  kind: "asked" as const,
  attempts: 0,
});
const SENT = { state: "sent", dueAt: null, sentAt: 1, error: null };

const ATTEMPTED = { webhookId: "w_one", sequence: 1, attempts: 0 };
const TRY = { at: 1, status: 500, milliseconds: 1, error: null };

/** Two webhooks, each with a delivery of so many requests, and two channels of each person with notices of them. */
export async function fillSending(tenant: string, count: number): Promise<void> {
  const newest = `(SELECT * FROM confirmations WHERE tenant_id = ?1 AND lock_hash = 'lock' ORDER BY id DESC LIMIT ${count})`;
  const run = (sql: string) => bindings.DB.prepare(sql).bind(tenant).run();
  for (const id of ["w_one", "w_two"]) {
    await run(`INSERT INTO webhooks (tenant_id, id, name, url, format, events, created_at)
      VALUES (?1, '${id}', '', '', 'standard', '["confirmation.created"]', 0)`);
    await run(`INSERT INTO webhook_deliveries (tenant_id, webhook_id, sequence, event_id, type, at, subject_id, data,
        state)
      SELECT tenant_id, '${id}', row_number() OVER (ORDER BY id), id, 'confirmation.created', created_at, id, '{}',
        'delivered' FROM ${newest}`);
  }
  for (const kind of ["email", "chat"]) {
    await run(`INSERT INTO channels (tenant_id, id, person_id, kind, name, address, created_at, verified_at)
      SELECT tenant_id, 'n_${kind}_' || id, id, '${kind}', '', '', 0, 0 FROM people WHERE tenant_id = ?1`);
    await run(`INSERT INTO notices (tenant_id, confirmation_id, channel_id, kind, person_id, at, state, sent_at)
      SELECT tenant_id, id, 'n_${kind}_' || approver_id, 'asked', approver_id, created_at, 'sent', created_at
      FROM ${newest}`);
  }
}

export const SENDING_CALLS = {
  deliveriesOfCreate: ({ newest }: Filled) => [[newEvent(newest[0]?.id ?? "")]],
  deliveriesOfStep: (filled: Filled) => [[newEvent("step"), step(filled)]],
  deliveriesOfRecord: () => [[newEvent("record"), 1]],
  deliveriesOfEntry: () => [[newEvent("entry"), { entry: "y_none", month: "2026-11" }]],
  noticesOfCreate: (filled: Filled) => [[{ ...concerned(filled), expiresAt: filled.now + 1 }]],
  noticesOfStage: (filled: Filled) => [[{ ...concerned(filled), expiresAt: filled.now + 1 }, step(filled)]],
  noticesOfEscalation: (filled: Filled) => [[concerned(filled), step(filled)]],
  noticesOfOutcome: (filled: Filled) => [
    [{ ...concerned(filled), people: null }, filled.now, 1],
    [{ ...concerned(filled), people: [PERSON] }, filled.now, 1],
  ],
  readNoticeFacts: ({ store, newest, now }: Filled) => [[store, noticeOf(newest[0]?.id), now - 1]],
  countWaiting: ({ store, now }: Filled) => [[store, PERSON, now]],
  releaseNotices: ({ store, now }: Filled) => [[store, PERSON, now]],
  recordNotice: ({ store, newest }: Filled) => [[store, noticeOf(newest[0]?.id), SENT]],
  endChannel: ({ store, now }: Filled) => [[store, CHANNEL, now]],
  holdNotices: ({ store, now }: Filled) => [
    [store, CHANNEL, { kinds: ["asked"], isQuiet: true, now, until: now + 1 }],
  ],
  countDue: ({ store, now }: Filled) => [[store, CHANNEL, now, 5]],
  claimHeld: ({ store, now }: Filled) => [[store, CHANNEL, { now, claimedUntil: now + 1 }]],
  recordHeld: ({ store, now }: Filled) => [[store, CHANNEL, now, SENT]],
  skipNotices: ({ store }: Filled) => [[store, CHANNEL]],
  readTarget: ({ store }: Filled) => [[store, "w_one"]],
  recordDelivered: ({ store }: Filled) => [[store, ATTEMPTED, TRY]],
  recordFailure: ({ store, now }: Filled) => [
    [store, ATTEMPTED, TRY, now, undefined],
    [store, ATTEMPTED, TRY, null, { because: "failing", failingBefore: 1, entry: null }],
  ],
  holdRest: ({ store }: Filled) => [[store, "w_one"]],
  deleteOldDeliveries: ({ store }: Filled) => [[store, 1]],
  channelsOfPeople: ({ store }: Filled) => [[store, FILLED_APPROVERS]],
  isNotified: ({ store, newest }: Filled) => [[store, newest[0]?.id]],
  claimDue: ({ store, now }: Filled) => [[store, { now, claimedUntil: now + 1, busy: ["w_one"], most: 6 }]],
};
