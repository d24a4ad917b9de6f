import { isJsonObject, parseJsonText, type JsonValue } from "../../core/encoding/strict-json.ts";
import { pageVersion } from "../../core/pages/page-version.ts";
import {
  DELIVERY_PAGE_ITEMS,
  LATEST_DELIVERY_ITEMS,
  type AttemptItem,
  type DeliveryItem,
  type DeliveryList,
  type DeliveryListQuery,
  type DeliveryPage,
} from "../../core/pages/sending/webhook-page-data.ts";
import { accept, expectOk, refuse, type Result } from "../../core/refusal.ts";
import type { WebhookEventType } from "../../core/webhook/event-types.ts";
import type { DeliveryRow, Tenant, WebhookRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { findDelivery, readDeliveries, readSequences } from "../../store/webhooks/delivery-rows.ts";
import { findWebhook } from "../../store/webhooks/webhook-rows.ts";
import type { ActCall } from "../acts/act.ts";
import { isoTime, isoTimeOrNull, type Runtime } from "../runtime.ts";
import { deliveryBody } from "./delivery-body.ts";
import { deliveryRequest } from "./delivery-request.ts";
import { UNKNOWN_WEBHOOK, webhookItem } from "./webhook-item.ts";
import { ROTATION_MILLISECONDS } from "./webhook-keys.ts";

/** A page looks at so many deliveries at most, however few match. */
const LOOKED_AT_MAX = 2_000;

export const UNKNOWN_DELIVERY = refuse("not_found", "there is no such delivery; old ones are deleted");

const ANY = { state: null, type: null } as const;

export async function latestDeliveries(
  store: TenantStore,
  webhook: string,
): Promise<readonly DeliveryItem[]> {
  const range = { from: 0, before: Number.MAX_SAFE_INTEGER, limit: LATEST_DELIVERY_ITEMS };
  return (await readDeliveries(store, { ...ANY, ...range, webhook })).map(deliveryItem);
}

export async function listDeliveries(
  { runtime, store }: ActCall,
  query: DeliveryListQuery,
): Promise<Result<DeliveryList>> {
  const { webhook: id, state, type } = query;
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const webhook = await webhookItem(store, row, runtime.now());
  const sequences = await readSequences(store, id);
  const first = sequences?.first ?? 0;
  const before = Math.min(query.before ?? Number.MAX_SAFE_INTEGER, (sequences?.last ?? 0) + 1);
  const from = before - LOOKED_AT_MAX;
  const found = await readDeliveries(store, {
    webhook: id,
    state,
    type,
    from,
    before,
    limit: DELIVERY_PAGE_ITEMS + 1,
  });
  const items = found.slice(0, DELIVERY_PAGE_ITEMS).map(deliveryItem);
  const isFull = found.length > DELIVERY_PAGE_ITEMS;
  const next = isFull ? (items.at(-1)?.sequence ?? null) : from > first ? from : null;
  return accept({ webhook, query, items, next, version: pageVersion({ webhook, items, next }) });
}

export async function readDelivery(
  { runtime, store }: ActCall,
  { webhook: id, sequence }: { readonly webhook: string; readonly sequence: number },
): Promise<Result<DeliveryPage>> {
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const found = await findDelivery(store, id, sequence);
  if (found === undefined) return UNKNOWN_DELIVERY;
  const own = await store.own();
  const delivery = deliveryItem(found);
  const webhook = await webhookItem(store, row, runtime.now());
  const last = attemptsOf(found).at(-1);
  const page = {
    webhook,
    delivery,
    headers: last === undefined ? null : await headersOf(runtime, own, row, found, last.at),
    body: deliveryBody(runtime, own, row, found),
  };
  return accept({ ...page, version: pageVersion(page) });
}

/** As they were sent at this time. Which secrets signed before an earlier rotation is not known any more. */
async function headersOf(
  runtime: Runtime,
  tenant: Tenant,
  row: WebhookRow,
  delivery: DeliveryRow,
  at: number,
): Promise<DeliveryPage["headers"]> {
  const { secretNumber: number, previousUntil } = row;
  const isBefore = previousUntil !== null && at < previousUntil - ROTATION_MILLISECONDS;
  const then = isBefore ? { ...row, secretNumber: number - 1, previousUntil: null } : row;
  const { headers } = await deliveryRequest(runtime, tenant, then, delivery, at);
  const isKnown = !isBefore || number === 2;
  return Object.entries(headers).map(([name, value]) =>
    name === "webhook-signature" && !isKnown ? [name, "…"] : [name, value],
  );
}

export function deliveryItem(row: DeliveryRow): DeliveryItem {
  const { sequence, eventId, at, subjectId, state, dueAt } = row;
  return {
    sequence,
    eventId,
    // Only types of the table are stored.
    type: row.type as WebhookEventType,
    at: isoTime(at),
    subject: subjectId === "" ? null : subjectId,
    state,
    dueAt: isoTimeOrNull(dueAt),
    attempts: attemptsOf(row).map((attempt): AttemptItem => ({ ...attempt, at: isoTime(attempt.at) })),
  };
}

interface Attempt extends Omit<AttemptItem, "at"> {
  readonly at: number;
}

function attemptsOf({ tries }: Pick<DeliveryRow, "tries">): readonly Attempt[] {
  const parsed = expectOk(parseJsonText(tries));
  return Array.isArray(parsed) ? parsed.flatMap(attemptOf) : [];
}

function attemptOf(value: JsonValue): readonly Attempt[] {
  if (!isJsonObject(value)) return [];
  const { at, status, milliseconds, error } = value;
  if (typeof at !== "number" || typeof milliseconds !== "number") return [];
  return [
    {
      at,
      status: typeof status === "number" ? status : null,
      milliseconds,
      error: typeof error === "string" ? error : null,
    },
  ];
}
