import { z } from "zod";
import { DELIVERY_STATES, type DeliveryListQuery } from "../../../core/pages/sending/webhook-page-data.ts";
import { isEventType } from "../../../core/webhook/event-types.ts";
import { DeliveriesView } from "../../../../web/console/webhooks/deliveries-page.tsx";
import { DeliveryView } from "../../../../web/console/webhooks/delivery-page.tsx";
import { ReplayedView } from "../../../../web/console/webhooks/replayed-page.tsx";
import type { RequestContext } from "../../context.ts";
import { defineButton, defineForm, definePage } from "../define.ts";
import { webhookOf } from "./webhook-pages.ts";

export const deliveriesPage = definePage({
  path: "/console/webhooks/:id/deliveries",
  title: "Deliveries",
  section: "webhooks",
  act: "deliveries.read",
  isLive: true,
  input: deliveryQuery,
  view: DeliveriesView,
});

export const deliveryPage = definePage({
  path: "/console/webhooks/:id/deliveries/:sequence",
  title: "Delivery",
  titleOf: ({ delivery }) => delivery.type,
  section: "webhooks",
  act: "delivery.read",
  isLive: true,
  input: deliveryOf,
  view: DeliveryView,
});

/** What nobody could have chosen is no condition. */
function deliveryQuery(context: RequestContext): DeliveryListQuery {
  const { state, type, before } = context.req.query();
  return {
    ...webhookOf(context),
    state: DELIVERY_STATES.find((one) => one === state) ?? null,
    type: type !== undefined && isEventType(type) ? type : null,
    before: before === undefined ? null : sequenceIn(before),
  };
}

function deliveryOf(context: RequestContext) {
  return { ...webhookOf(context), sequence: sequenceIn(context.req.param("sequence") ?? "") };
}

/** There is no delivery 0. */
function sequenceIn(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

const replayOneForm = defineButton({
  path: "/console/webhooks/:id/deliveries/:sequence/replay",
  page: deliveryPage,
  act: "deliveries.replay",
  input: deliveryOf,
  next: ({ sequence }, _body, context) =>
    `/console/webhooks/${webhookOf(context).webhook}/deliveries/${sequence}`,
});

const HOURS = { "1": 1, "24": 24, "168": 168, "720": 720 } as const;
const STATES = { missed: ["waiting", "failed", "held"], all: DELIVERY_STATES } as const;

const replaySinceForm = defineForm({
  path: "/console/webhooks/:id/replay",
  page: deliveriesPage,
  act: "deliveries.replay_since",
  schema: z.strictObject({ since: z.enum(["1", "24", "168", "720"]), which: z.enum(["missed", "all"]) }),
  input: ({ since, which }, context) => ({
    ...webhookOf(context),
    since: { hoursAgo: HOURS[since] },
    states: STATES[which],
  }),
  shown: { title: "Sent again", view: ReplayedView },
});

export const DELIVERY_FORMS = [replayOneForm, replaySinceForm];
