import type { WebhookItem, WebhookTerms } from "../../core/pages/sending/webhook-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import type { WebhookRow } from "../../store/rows.ts";
import { changeWebhook, findWebhook, type WebhookColumns } from "../../store/webhooks/webhook-rows.ts";
import type { ActCall } from "../acts/act.ts";
import { changedValues } from "../acts/changed-values.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { checkEvents, checkPlace } from "./create-webhook.ts";
import { eventsText, UNKNOWN_WEBHOOK, webhookItem } from "./webhook-item.ts";

export interface WebhookChange {
  readonly webhook: string;
  /** What the person saw. Null: it does not matter what it was. */
  readonly was: WebhookTerms | null;
  /** What is left out stays. */
  readonly now: { readonly [Name in keyof WebhookTerms]?: WebhookTerms[Name] | undefined };
}

/** Deliveries that wait go to the new address, too. */
export async function changeTerms(
  call: ActCall,
  { webhook: id, was: seen, now }: WebhookChange,
): Promise<Result<WebhookItem>> {
  const { runtime, store } = call;
  const row = await findWebhook(store, id);
  if (row === undefined) return UNKNOWN_WEBHOOK;
  const item = await webhookItem(store, row, runtime.now());
  const current = { name: item.name, url: item.url, events: item.events, project: row.projectId };
  const terms = { ...current, ...withoutUndefined(now) };
  const eventsChecked = checkEvents(terms);
  if (!eventsChecked.ok) return eventsChecked;
  // A project can have been archived since: that is no reason to refuse another name.
  const isSamePlace = terms.url === current.url && terms.project === current.project;
  const checked = isSamePlace ? accept({ url: terms.url }) : await checkPlace(call, terms);
  if (!checked.ok) return checked;
  const was = seen === null ? columnsOf(row) : columnsFrom(seen);
  const next = columnsFrom({ ...terms, url: checked.value.url });
  const detail = changesOf(was, next);
  if (Object.keys(detail).length === 0) return accept(item);
  const done = { act: "webhook.changed" as const, subject: { id, name: next.name }, detail };
  await changeWebhook(store, id, { was, now: next }, trailEntry(call, done));
  const after = await findWebhook(store, id);
  if (after === undefined) return UNKNOWN_WEBHOOK;
  if (Object.keys(changesOf(columnsOf(after), next)).length === 0)
    return accept(await webhookItem(store, after, runtime.now()));
  const others = Object.keys(changesOf(was, columnsOf(after))).join(", ");
  return refuse(
    "changed_meanwhile",
    `somebody else has changed this webhook meanwhile (${others}); look at it and send your change again`,
  );
}

function columnsOf({ projectId, name, url, events }: WebhookRow): WebhookColumns {
  return { projectId, name, url, events };
}

function columnsFrom({ project, name, url, events }: WebhookTerms): WebhookColumns {
  return { projectId: project, name, url, events: eventsText(events) };
}

/** What differs, for the audit trail. */
function changesOf(was: WebhookColumns, now: WebhookColumns): Record<string, string> {
  return changedValues(named(was), named(now), "all");
}

function named({ projectId: project, name, url, events }: WebhookColumns) {
  return { name, url, events, project };
}

function withoutUndefined(terms: WebhookChange["now"]): Partial<WebhookTerms> {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
}
