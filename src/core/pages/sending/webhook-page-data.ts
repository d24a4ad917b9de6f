import type { ReportedType, WebhookEventType } from "../../webhook/event-types.ts";
import type { ProjectItem } from "../project-page-data.ts";

// Webhooks and their deliveries, as the console and the API show them.

export const WEBHOOK_FORMATS = ["standard", "ocsf"] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

type ProjectOfWebhook = Pick<ProjectItem, "id" | "name" | "mode">;

export interface WebhookItem {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly events: readonly ReportedType[];
  /** Null: events of all projects, and those of the organisation. */
  readonly project: ProjectOfWebhook | null;
  readonly createdAt: string;
  readonly state: "enabled" | "disabled";
  readonly disabledAt: string | null;
  readonly disabledBecause: "gone" | "failing" | "person" | null;
  /** Since when nothing arrived; null if the last attempt arrived. */
  readonly failingSince: string | null;
  /** Until when deliveries are also signed with the secrets before; null if they are not. */
  readonly rotatesUntil: string | null;
}

export interface WebhookList {
  readonly webhooks: readonly WebhookItem[];
  /** Those in use. */
  readonly projects: readonly ProjectOfWebhook[];
  /** For the form that creates one: sent twice, it creates one only. */
  readonly newId: string;
  readonly isFull: boolean;
}

/** What people can change of a webhook. */
export interface WebhookTerms {
  readonly name: string;
  readonly url: string;
  readonly events: readonly ReportedType[];
  /** The id; null: all. */
  readonly project: string | null;
}

export interface WebhookPage {
  readonly webhook: WebhookItem;
  /** The newest deliveries. */
  readonly latest: readonly DeliveryItem[];
  readonly projects: readonly ProjectOfWebhook[];
  readonly version: string;
}

/** What a receiver verifies with. */
export interface WebhookKeys {
  readonly webhook: WebhookItem;
  /** `whsec_…`: a secret. */
  readonly secret: string;
  /** `whpk_…`: everybody may know it. */
  readonly publicKey: string;
}

/** A screen or two. */
export const DELIVERY_PAGE_ITEMS = 50;
/** On the page of the webhook. */
export const LATEST_DELIVERY_ITEMS = 5;

export const DELIVERY_STATES = ["waiting", "delivered", "failed", "held"] as const;
export type DeliveryStateName = (typeof DELIVERY_STATES)[number];

export interface AttemptItem {
  readonly at: string;
  /** Null if there was no answer. */
  readonly status: number | null;
  readonly milliseconds: number;
  /** Why there was no answer. */
  readonly error: string | null;
}

export interface DeliveryItem {
  /** The order of the events of this webhook. */
  readonly sequence: number;
  readonly eventId: string;
  readonly type: WebhookEventType;
  readonly at: string;
  /** The request that it is about; null if it is about none. */
  readonly subject: string | null;
  readonly state: DeliveryStateName;
  /** When it is sent next; null if it is not. */
  readonly dueAt: string | null;
  /** The last ten, in order. */
  readonly attempts: readonly AttemptItem[];
}

/** As in the address of the page; null is no condition. */
export interface DeliveryListQuery {
  readonly webhook: string;
  readonly state: DeliveryStateName | null;
  readonly type: WebhookEventType | null;
  /** The lowest sequence of the page before. */
  readonly before: number | null;
}

export interface DeliveryList {
  readonly webhook: WebhookItem;
  readonly query: DeliveryListQuery;
  readonly items: readonly DeliveryItem[];
  /** The `before` of the next page; null on the last one. */
  readonly next: number | null;
  readonly version: string;
}

export interface DeliveryPage {
  readonly webhook: WebhookItem;
  readonly delivery: DeliveryItem;
  /** Of the last attempt; null if there was none. */
  readonly headers: readonly (readonly [name: string, value: string])[] | null;
  readonly body: string;
  readonly version: string;
}

export interface Replayed {
  readonly webhook: string;
  /** How many are sent again. */
  readonly count: number;
  /** Whether older ones were not looked at: too many at once. */
  readonly hasMore: boolean;
}
