import { answered } from "../../desk/desk-answer.ts";
import { BODY_PROBLEMS, keyOperation, requestBody, type Operation } from "../operation.ts";
import {
  deliveriesAnswer,
  deliveriesQuery,
  deliveryAnswer,
  deliveryExample,
  newWebhookExample,
  newWebhookRequest,
  replayAnswer,
  replayRequest,
  webhookAnswer,
  webhookChangeRequest,
  webhookExample,
  webhookKeysAnswer,
  webhookKeysExample,
  webhooksAnswer,
} from "./webhook-schemas.ts";

// Webhooks. Their acts are the same as in the console.

const webhook = { name: "Webhook", schema: webhookAnswer, example: () => webhookExample };
const keys = { name: "WebhookKeys", schema: webhookKeysAnswer, example: () => webhookKeysExample };
const pathId = { description: "The `id` of the webhook.", example: webhookExample.id };
const delivery = { name: "Delivery", schema: deliveryAnswer, example: () => deliveryExample };

/** What changes the state of a webhook, without a body. */
const stateOperation = (
  verb: "disable" | "enable" | "remove",
  summary: string,
  description: string,
): Operation =>
  keyOperation({
    method: "post",
    path: `/api/webhooks/{id}/${verb}`,
    id: `${verb}Webhook`,
    summary,
    description,
    pathId,
    scope: "manage",
    status: 200,
    answer: webhook,
    problems: ["not_found"],
    handler: async ({ context, desk, key, id }) =>
      context.json(answered(context, await desk().actWithKey(key, `webhooks.${verb}`, { webhook: id }))),
  });

export const WEBHOOK_OPERATIONS: readonly Operation[] = [
  keyOperation({
    method: "post",
    path: "/api/webhooks",
    id: "createWebhook",
    summary: "Create a webhook",
    description: "The answer has the secret. If you lost it, list the webhooks and rotate the secret.",
    scope: "manage",
    request: requestBody("NewWebhook", newWebhookRequest, newWebhookExample),
    status: 201,
    answer: keys,
    problems: [...BODY_PROBLEMS, "address_refused", "project_archived", "quota_exceeded"],
    handler: async ({ context, desk, key, body }) => {
      const created = await desk().actWithKey(key, "webhooks.create", { ...body, id: null });
      return context.json(answered(context, created), 201);
    },
  }),
  keyOperation({
    method: "get",
    path: "/api/webhooks",
    id: "listWebhooks",
    summary: "List webhooks",
    description: "Those of the organisation, the oldest first. Never their secrets.",
    scope: "manage",
    status: 200,
    answer: { name: "Webhooks", schema: webhooksAnswer, example: () => ({ data: [webhookExample] }) },
    problems: [],
    handler: async ({ context, desk, key }) => {
      const { webhooks } = answered(context, await desk().actWithKey(key, "webhooks.read", null));
      return context.json({ data: webhooks });
    },
  }),
  keyOperation({
    method: "get",
    path: "/api/webhooks/{id}",
    id: "getWebhook",
    summary: "Read a webhook",
    description: "Without its secret.",
    pathId,
    scope: "manage",
    status: 200,
    answer: webhook,
    problems: ["not_found"],
    handler: async ({ context, desk, key, id }) => {
      const { webhook: item } = answered(
        context,
        await desk().actWithKey(key, "webhook.read", { webhook: id }),
      );
      return context.json(item);
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/webhooks/{id}/change",
    id: "changeWebhook",
    summary: "Change a webhook",
    description: "What the body leaves out stays.",
    pathId,
    scope: "manage",
    request: requestBody("WebhookChange", webhookChangeRequest, { url: webhookExample.url }),
    status: 200,
    answer: webhook,
    problems: [...BODY_PROBLEMS, "not_found", "address_refused", "project_archived", "changed_meanwhile"],
    handler: async ({ context, desk, key, id, body: now }) => {
      const input = { webhook: id, was: null, now };
      return context.json(answered(context, await desk().actWithKey(key, "webhooks.change", input)));
    },
  }),
  stateOperation(
    "disable",
    "Disable a webhook",
    "Nothing is sent until it is enabled. What happens meanwhile is held.",
  ),
  stateOperation(
    "enable",
    "Enable a webhook",
    "New events are sent again. To send what was held, call `replay`.",
  ),
  stateOperation("remove", "Remove a webhook", "Ends it for good, with its secret and its deliveries."),
  keyOperation({
    method: "post",
    path: "/api/webhooks/{id}/rotate",
    id: "rotateWebhook",
    summary: "Rotate a webhook's secret",
    description: "Makes a new secret. The earlier one signs as well for 24 hours.",
    pathId,
    scope: "manage",
    status: 200,
    answer: keys,
    problems: ["not_found", "changed_meanwhile"],
    handler: async ({ context, desk, key, id }) =>
      context.json(answered(context, await desk().actWithKey(key, "webhooks.rotate", { webhook: id }))),
  }),
  keyOperation({
    method: "post",
    path: "/api/webhooks/{id}/test",
    id: "testWebhook",
    summary: "Send a test event",
    description: "Sends a `webhook.test` event, to this webhook only.",
    pathId,
    scope: "manage",
    status: 201,
    answer: delivery,
    problems: ["not_found", "webhook_disabled"],
    handler: async ({ context, desk, key, id }) =>
      context.json(answered(context, await desk().actWithKey(key, "webhooks.test", { webhook: id })), 201),
  }),
  keyOperation({
    method: "get",
    path: "/api/webhooks/{id}/deliveries",
    id: "listDeliveries",
    summary: "List deliveries",
    description:
      "What was sent to a webhook in the last 30 days, the newest first, with the last attempts of each. `next` is the `before` of the next page.",
    pathId,
    scope: "manage",
    query: deliveriesQuery,
    status: 200,
    answer: {
      name: "Deliveries",
      schema: deliveriesAnswer,
      example: () => ({ data: [deliveryExample], next: null }),
    },
    problems: ["validation_failed", "not_found"],
    handler: async ({ context, desk, key, id, query: { state = null, type = null, before } }) => {
      const input = { webhook: id, state, type, before: before === undefined ? null : Number(before) };
      const { items, next } = answered(context, await desk().actWithKey(key, "deliveries.read", input));
      return context.json({ data: items, next });
    },
  }),
  keyOperation({
    method: "post",
    path: "/api/webhooks/{id}/replay",
    id: "replayDeliveries",
    summary: "Send events again",
    description: "With the same ids and bodies: one event by its `sequence`, or all since a time.",
    pathId,
    scope: "manage",
    request: requestBody("Replay", replayRequest, { since: "2026-01-31T12:00:00Z" }),
    status: 200,
    answer: { name: "Replayed", schema: replayAnswer, example: () => ({ count: 12, hasMore: false }) },
    problems: [...BODY_PROBLEMS, "not_found", "webhook_disabled"],
    handler: async ({ context, desk, key, id, body }) => {
      if ("sequence" in body) {
        const { sequence } = body;
        answered(context, await desk().actWithKey(key, "deliveries.replay", { webhook: id, sequence }));
        return context.json({ count: 1, hasMore: false });
      }
      const replayed = await desk().actWithKey(key, "deliveries.replay_since", { webhook: id, ...body });
      const { count, hasMore } = answered(context, replayed);
      return context.json({ count, hasMore });
    },
  }),
];
