import type { WebhookFormat, WebhookKeys, WebhookTerms } from "../../core/pages/sending/webhook-page-data.ts";
import { accept, refuse, type Result } from "../../core/refusal.ts";
import { isOfOrganisation } from "../../core/webhook/event-types.ts";
import { findProject } from "../../store/project/projects.ts";
import { findWebhook, insertWebhookIf, wasWebhook } from "../../store/webhooks/webhook-rows.ts";
import type { ActCall } from "../acts/act.ts";
import { trailEntry } from "../acts/trail-entry.ts";
import { newId } from "../runtime.ts";
import { checkAddress } from "../sending/check-address.ts";
import { eventsText, WEBHOOKS_MAX } from "./webhook-item.ts";
import { keysOf } from "./webhook-keys.ts";

export interface NewWebhook extends WebhookTerms {
  /** The form has chosen it, so that a form that is sent twice creates one webhook. Null: a new one. */
  readonly id: string | null;
  readonly format: WebhookFormat;
}

/** The answer has the secret. */
export async function createWebhook(call: ActCall, input: NewWebhook): Promise<Result<WebhookKeys>> {
  const { runtime, store } = call;
  const { name, format, events, project } = input;
  const id = input.id ?? newId(runtime, "w");
  if (await wasWebhook(store, id)) return alreadyCreated(name);
  const eventsChecked = checkEvents(input);
  if (!eventsChecked.ok) return eventsChecked;
  const checked = await checkPlace(call, input);
  if (!checked.ok) return checked;
  const { url, projectName } = checked.value;
  const detail = { url, format, project: projectName, events: events.join(", ") };
  const done = { act: "webhook.created" as const, subject: { id, name }, detail };
  const row = { id, projectId: project, name, url, format, events: eventsText(events) };
  await insertWebhookIf(store, { ...row, createdAt: runtime.now() }, WEBHOOKS_MAX, trailEntry(call, done));
  const stored = await findWebhook(store, id);
  if (stored !== undefined) return accept(await keysOf(call, stored));
  return refuse(
    "quota_exceeded",
    `an organisation has at most ${WEBHOOKS_MAX} webhooks; remove one that is not used`,
  );
}

function alreadyCreated(name: string) {
  return refuse(
    "already_created",
    `this form has already created the webhook "${name}"; find it in the list`,
  );
}

export function checkEvents({ events, project }: Pick<WebhookTerms, "events" | "project">): Result<null> {
  if (project === null || !events.every(isOfOrganisation)) return accept(null);
  return refuse(
    "validation_failed",
    "these events are of the whole organisation, so a webhook of one project gets none of them; choose all projects, or other events",
    "/events",
  );
}

interface CheckedPlace {
  /** As browsers write it. */
  readonly url: string;
  /** For the audit trail. */
  readonly projectName: string;
}

/** Before anything is stored: what is wrong is said at once, and not by the first delivery that fails. */
export async function checkPlace(
  { runtime, store }: ActCall,
  { url, project }: Pick<WebhookTerms, "url" | "project">,
): Promise<Result<CheckedPlace>> {
  const address = checkAddress(runtime, url);
  if (!address.ok) return address;
  if (project === null) return accept({ url: address.value, projectName: "all projects" });
  const found = await findProject(store, project);
  if (found === undefined) return refuse("validation_failed", "there is no such project", "/project");
  if (found.archivedAt !== null)
    return refuse(
      "project_archived",
      `the project "${found.name}" is archived; choose another one`,
      "/project",
    );
  return accept({ url: address.value, projectName: found.name });
}
