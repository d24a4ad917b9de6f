import { canonicalText } from "../../core/encoding/jcs.ts";
import {
  DELIVERY_STATES,
  type DeliveryItem,
  type DeliveryStateName,
  type Replayed,
} from "../../core/pages/sending/webhook-page-data.ts";
import { accept, type Result } from "../../core/refusal.ts";
import type { WebhookRow } from "../../store/rows.ts";
import {
  findDelivery,
  insertTestDelivery,
  readSequences,
  replayRange,
} from "../../store/webhooks/delivery-rows.ts";
import { findWebhook } from "../../store/webhooks/webhook-rows.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry, trailNote } from "../acts/trail-entry.ts";
import { isoTime, newId } from "../runtime.ts";
import { CLAIM_MILLISECONDS } from "../sending/claim-jobs.ts";
import { deliveryItem, UNKNOWN_DELIVERY } from "./read-deliveries.ts";
import { IS_DISABLED, UNKNOWN_WEBHOOK } from "./webhook-item.ts";

/** One statement of a replay looks at so many deliveries. */
const RANGE_ROWS = 1_000;
/** So one replay looks at 50,000 deliveries at most; a later one goes on. */
const RANGES_MAX = 50;
const HOUR_MILLISECONDS = 3_600_000;

interface OfDelivery {
  readonly webhook: string;
  readonly sequence: number;
}

/** To this webhook only. */
export async function sendTest(
  call: ActCall,
  { webhook: id }: { readonly webhook: string },
): Promise<Result<DeliveryItem>> {
  const { runtime, store } = call;
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const { name } = row;
  const at = runtime.now();
  const event = { webhook: id, eventId: newId(runtime, "e"), at, data: canonicalText({ id, name }) };
  const done = { act: "webhook.tested" as const, subject: { id, name } };
  const sequence = await insertTestDelivery(store, event, trailEntry(call, done));
  if (sequence === undefined) return IS_DISABLED;
  runtime.desk.send(at);
  return read(call, { webhook: id, sequence });
}

/** Also one that has arrived. One that is sent soon anyway stays as it is. */
export async function replayOne(call: ActCall, of: OfDelivery): Promise<Result<DeliveryItem>> {
  const { runtime, store } = call;
  const { webhook: id, sequence } = of;
  const ready = await readyForReplay(call, id);
  if (!ready.ok) return ready;
  const subject = { id, name: ready.value.name };
  const done = { act: "webhook.replayed" as const, subject, detail: { sequence: String(sequence) } };
  const range = { from: sequence, before: sequence + 1, since: 0, states: DELIVERY_STATES };
  await replayRange(store, { webhook: id, ...range, ...times(runtime.now()) }, trailEntry(call, done));
  runtime.desk.send(runtime.now());
  return read(call, of);
}

interface ReplaySince {
  readonly webhook: string;
  /** Of events from this time on. */
  readonly since: number | { readonly hoursAgo: number };
  readonly states: readonly DeliveryStateName[];
}

/** The newest range first, until one has no event of this time any more. */
export async function replaySince(
  call: ActCall,
  { webhook: id, since: begin, states }: ReplaySince,
): Promise<Result<Replayed>> {
  const { runtime, store } = call;
  const ready = await readyForReplay(call, id);
  if (!ready.ok) return ready;
  const now = runtime.now();
  const since = typeof begin === "number" ? begin : now - begin.hoursAgo * HOUR_MILLISECONDS;
  const detail = { since: isoTime(since), states: states.join(", ") };
  const done = { act: "webhook.replayed" as const, subject: { id, name: ready.value.name }, detail };
  const { first = 1, last = 0 } = (await readSequences(store, id)) ?? {};
  const replay = { webhook: id, since, states, ...times(now) };
  let entry: ReturnType<typeof trailNote> | undefined = trailNote(call, done);
  let count = 0;
  let before = last + 1;
  let hasEvents = true;
  for (let range = 0; range < RANGES_MAX && hasEvents && before > first; range++) {
    const from = before - RANGE_ROWS;
    const replayed = await replayRange(store, { ...replay, from, before }, entry);
    entry = undefined;
    count += replayed.count;
    hasEvents = replayed.hasEvents;
    before = from;
  }
  runtime.desk.send(now);
  return accept({ webhook: id, count, hasMore: hasEvents && before > first });
}

function times(now: number) {
  return { now, soon: now + CLAIM_MILLISECONDS };
}

async function readyForReplay({ store }: ActCall, id: string): Promise<Result<WebhookRow>> {
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  return row.disabledAt === null ? accept(row) : IS_DISABLED;
}

async function read({ store }: ActCall, { webhook, sequence }: OfDelivery): Promise<Result<DeliveryItem>> {
  const found = await findDelivery(store, webhook, sequence);
  return found === undefined ? UNKNOWN_DELIVERY : accept(deliveryItem(found));
}
