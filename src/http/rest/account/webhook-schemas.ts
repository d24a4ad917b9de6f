import { z } from "zod";
import { ID_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import { PROJECT_MODES } from "../../../core/confirmation/project-mode.ts";
import {
  DELIVERY_STATES,
  WEBHOOK_FORMATS,
  type DeliveryItem,
  type WebhookItem,
} from "../../../core/pages/sending/webhook-page-data.ts";
import { REPORTED_TYPES } from "../../../core/webhook/event-types.ts";
import { parseDateTime } from "../../schemas/date-time.ts";
import { dateTime, text, time } from "../../schemas/field-schemas.ts";
import { eventType, webhookName, webhookUrl } from "../../schemas/webhook-fields.ts";
import { CONFIRMATION_ID, WEBHOOK_ID } from "../example-ids.ts";
import { projectExample } from "./access-schemas.ts";

// Webhooks over REST: what programs send, what they get, and an example of each.

const id = text(ID_MAX_CHARACTERS);
const url = webhookUrl.meta({
  description: "Begins with https://, and is a public host name.",
  format: "uri",
});
const events = z.array(eventType).min(1);
const project = id.nullable().meta({ description: "Its id. Null: all projects, and the organisation." });
const states = z.array(z.enum(DELIVERY_STATES)).min(1);

export const newWebhookRequest = z.strictObject({
  name: webhookName.describe("For the list."),
  url,
  events: events.default([...REPORTED_TYPES]).describe("What is sent."),
  project: project.default(null),
  format: z
    .enum(WEBHOOK_FORMATS)
    .default("standard")
    .meta({ description: "Fixed when the webhook is created. `ocsf` is for a SIEM." }),
});
export const webhookChangeRequest = z.strictObject({
  name: webhookName.optional().describe("For the list."),
  url: url.optional(),
  events: events.optional().describe("What is sent from now on."),
  project: project.optional(),
});
export const replayRequest = z
  .strictObject({
    sequence: z.int().min(1).optional().meta({ description: "This delivery, whatever its state." }),
    since: dateTime.optional().meta({ description: "All of events from this time on." }),
    states: states
      .optional()
      .meta({ description: "With `since`. Left out: what has not arrived (`waiting`, `failed`, `held`)." }),
  })
  .transform(({ sequence, since, states: chosen }, context) => {
    if (sequence !== undefined && since === undefined && chosen === undefined) return { sequence } as const;
    const at = since === undefined ? undefined : parseDateTime(since);
    if (sequence === undefined && at !== undefined)
      return { since: at, states: chosen ?? (["waiting", "failed", "held"] as const) };
    context.addIssue({
      code: "custom",
      message: "send either `sequence`, or `since` with or without `states`",
    });
    return z.NEVER;
  });
export const deliveriesQuery = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional().describe("Only those in this state."),
  type: z
    .enum([...REPORTED_TYPES, "webhook.test"])
    .optional()
    .describe("Only events of this type."),
  before: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .optional()
    .meta({ description: "The `next` of the page before." }),
});

export const webhookAnswer = z.object({
  id: id.describe("The id of the webhook."),
  name: z.string().describe("For the list."),
  url: z.string().describe("Where events are sent."),
  format: z.enum(WEBHOOK_FORMATS).describe("How events are written."),
  events: z.array(eventType).describe("What is sent."),
  project: z
    .object({
      id: id.describe("The id of the project."),
      name: z.string().describe("Its name."),
      mode: z.enum(PROJECT_MODES).describe("Whether its requests are real or tests."),
    })
    .nullable()
    .describe("The only project whose events are sent. Null: all projects, and the organisation."),
  createdAt: time.describe("When it was created."),
  state: z.enum(["enabled", "disabled"]).describe("Whether new events are sent."),
  disabledAt: time.nullable().describe("Since when nothing is sent."),
  disabledBecause: z
    .enum(["gone", "failing", "person"])
    .nullable()
    .meta({ description: "`gone`: it answered 410. `failing`: nothing arrived for five days." }),
  failingSince: time.nullable().meta({ description: "Since when nothing arrived." }),
  rotatesUntil: time.nullable().meta({ description: "Until when the earlier secret signs as well." }),
});
export const webhooksAnswer = z.object({ data: z.array(webhookAnswer).describe("The oldest first.") });
export const webhookKeysAnswer = z.object({
  webhook: webhookAnswer.describe("What is shown of it later."),
  secret: z.string().meta({ description: "`whsec_…`, for the signature `v1`. Keep it as a secret." }),
  publicKey: z.string().meta({ description: "`whpk_…`, for the signature `v1a`." }),
});
export const deliveryAnswer = z.object({
  sequence: z.int().min(1).meta({ description: "The order of the events of this webhook." }),
  eventId: id.meta({ description: "The header `webhook-id`." }),
  type: z.enum([...REPORTED_TYPES, "webhook.test"]).describe("What happened."),
  at: time.describe("When it happened."),
  subject: id.nullable().meta({ description: "The request or change that it is about." }),
  state: z.enum(DELIVERY_STATES).meta({ description: "`held`: the webhook was disabled at that time." }),
  dueAt: time.nullable().meta({ description: "When the next attempt is made; null: none is." }),
  attempts: z
    .array(
      z.object({
        at: time.describe("When it was made."),
        status: z.int().nullable().meta({ description: "Null: there was no answer, as `error` says." }),
        milliseconds: z.int().min(0).describe("How long the receiver took."),
        error: z.string().nullable().describe("Why it failed, in words; null if it did not."),
      }),
    )
    .meta({ description: "The last ten." }),
});
export const deliveriesAnswer = z.object({
  data: z.array(deliveryAnswer).describe("The newest first."),
  next: z.int().nullable().meta({ description: "The `before` of the next page; null on the last one." }),
});
export const replayAnswer = z.object({
  count: z.int().min(0).meta({ description: "How many are sent again." }),
  hasMore: z.boolean().meta({ description: "Older ones were not looked at: too many at once." }),
});

export const webhookExample: WebhookItem = {
  id: WEBHOOK_ID,
  name: "Payout service",
  url: "https://payouts.example.com/countersign",
  format: "standard",
  events: ["confirmation.approved", "confirmation.rejected"],
  project: { id: projectExample.id, name: projectExample.name, mode: projectExample.mode },
  createdAt: "2026-01-31T12:00:00.000Z",
  state: "enabled",
  disabledAt: null,
  disabledBecause: null,
  failingSince: null,
  rotatesUntil: null,
};

export const newWebhookExample = {
  name: webhookExample.name,
  url: webhookExample.url,
  events: webhookExample.events,
  project: projectExample.id,
};

export const webhookKeysExample = {
  webhook: webhookExample,
  secret: "whsec_…",
  publicKey: "whpk_…",
};

export const deliveryExample: DeliveryItem = {
  sequence: 7,
  eventId: "e_01jgq0x5k3v7m2n8p4r6s9t1w5yb0c7d2f8",
  type: "confirmation.approved",
  at: "2026-01-31T12:03:20.000Z",
  subject: CONFIRMATION_ID,
  state: "delivered",
  dueAt: null,
  attempts: [{ at: "2026-01-31T12:03:20.020Z", status: 204, milliseconds: 31, error: null }],
};
