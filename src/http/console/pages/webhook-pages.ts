import { z } from "zod";
import { ID_MAX_CHARACTERS } from "../../../core/confirmation/statement.ts";
import { WEBHOOK_FORMATS } from "../../../core/pages/sending/webhook-page-data.ts";
import { WebhookKeysView } from "../../../../web/console/webhooks/webhook-keys.tsx";
import { WebhookView } from "../../../../web/console/webhooks/webhook-page.tsx";
import { WebhooksView } from "../../../../web/console/webhooks/webhooks-page.tsx";
import type { RequestContext } from "../../context.ts";
import { newRowId, text, tickedBoxes } from "../../schemas/field-schemas.ts";
import { eventType, webhookName, webhookUrl } from "../../schemas/webhook-fields.ts";
import { defineButton, defineForm, definePage } from "../define.ts";
import { seenField } from "../seen-field.ts";

export const webhooksPage = definePage({
  path: "/console/webhooks",
  title: "Webhooks",
  section: "webhooks",
  act: "webhooks.read",
  input: () => null,
  view: WebhooksView,
});

export const webhookOf = (context: RequestContext) => ({ webhook: context.req.param("id") ?? "" });
const pathOf = ({ id }: { readonly id: string }) => `/console/webhooks/${id}`;

export const webhookPage = definePage({
  path: "/console/webhooks/:id",
  title: "Webhook",
  titleOf: ({ webhook }) => webhook.name,
  section: "webhooks",
  act: "webhook.read",
  isLive: true,
  input: webhookOf,
  view: WebhookView,
});

const ONE_EVENT = { error: "has no event; choose at least one", params: { code: "required" } };
const events = tickedBoxes(eventType, { error: "has an event that does not exist" }).refine(
  (chosen) => chosen.length > 0,
  ONE_EVENT,
);
const terms = z.strictObject({
  name: webhookName,
  url: webhookUrl,
  events,
  project: text(ID_MAX_CHARACTERS, 0).transform((id) => (id === "" ? null : id)),
});

const newWebhookForm = defineForm({
  path: "/console/webhooks",
  page: webhooksPage,
  act: "webhooks.create",
  schema: terms.extend({ id: newRowId("w"), format: z.enum(WEBHOOK_FORMATS) }),
  input: (body) => body,
  shown: { title: "Your new webhook", view: WebhookKeysView },
});

const was = seenField(
  z.strictObject({
    name: z.string(),
    url: z.string(),
    events: z.array(eventType),
    project: z.string().nullable(),
  }),
);

const changeForm = defineForm({
  path: "/console/webhooks/:id/change",
  page: webhookPage,
  act: "webhooks.change",
  schema: terms.extend({ was }),
  input: ({ was: before, ...now }, context) => ({ ...webhookOf(context), was: before, now }),
  next: pathOf,
});

const secretForm = defineButton({
  path: "/console/webhooks/:id/secret",
  page: webhookPage,
  act: "webhooks.secret",
  input: webhookOf,
  shown: { title: "Secret", view: WebhookKeysView },
});

const rotateForm = defineButton({
  path: "/console/webhooks/:id/rotate",
  page: webhookPage,
  act: "webhooks.rotate",
  input: webhookOf,
  shown: { title: "The new secret", view: WebhookKeysView },
});

const disableForm = defineButton({
  path: "/console/webhooks/:id/disable",
  page: webhookPage,
  act: "webhooks.disable",
  input: webhookOf,
  next: pathOf,
});

const enableForm = defineButton({
  path: "/console/webhooks/:id/enable",
  page: webhookPage,
  act: "webhooks.enable",
  input: webhookOf,
  next: pathOf,
});

const removeForm = defineForm({
  path: "/console/webhooks/:id/remove",
  page: webhookPage,
  act: "webhooks.remove",
  schema: z.strictObject({ confirm: z.literal("yes", { error: "tick the box to remove it" }) }),
  input: (_body, context) => webhookOf(context),
  next: () => "/console/webhooks",
});

const testForm = defineButton({
  path: "/console/webhooks/:id/test",
  page: webhookPage,
  act: "webhooks.test",
  input: webhookOf,
  next: ({ sequence }, _body, context) =>
    `${pathOf({ id: webhookOf(context).webhook })}/deliveries/${sequence}`,
});

export const WEBHOOK_FORMS = [
  newWebhookForm,
  changeForm,
  secretForm,
  rotateForm,
  disableForm,
  enableForm,
  removeForm,
  testForm,
];
