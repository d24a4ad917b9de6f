import type { ReportedType } from "../../core/webhook/event-types.ts";
import { REPORTED_TYPES } from "../../core/webhook/event-types.ts";
import type { ProjectItem } from "../../core/pages/project-page-data.ts";
import type { WebhookItem } from "../../core/pages/sending/webhook-page-data.ts";
import { refuse } from "../../core/refusal.ts";
import { findProject, readProjects } from "../../store/project/projects.ts";
import type { WebhookRow } from "../../store/rows.ts";
import type { TenantStore } from "../../store/tenant-store.ts";
import { isoTime, isoTimeOrNull } from "../runtime.ts";

/** Not removed, in one organisation. Each event looks at all of them. */
export const WEBHOOKS_MAX = 20;

export const UNKNOWN_WEBHOOK = refuse("not_found", "there is no such webhook");

export const IS_DISABLED = refuse(
  "webhook_disabled",
  "the webhook is disabled, so nothing is sent to it; enable it first",
);

export async function webhookItem(store: TenantStore, row: WebhookRow, now: number): Promise<WebhookItem> {
  const { id, name, url, format, projectId, failingSince, previousUntil } = row;
  const project = projectId === null ? undefined : await findProject(store, projectId);
  return {
    id,
    name,
    url,
    format,
    events: eventsOf(row),
    project: project === undefined ? null : namesOf(project),
    createdAt: isoTime(row.createdAt),
    state: row.disabledAt === null ? "enabled" : "disabled",
    disabledAt: isoTimeOrNull(row.disabledAt),
    disabledBecause: row.disabledBecause,
    failingSince: isoTimeOrNull(failingSince),
    rotatesUntil: previousUntil !== null && now < previousUntil ? isoTime(previousUntil) : null,
  };
}

/** As the row keeps them: in the order of the table, so that the same choice is the same text. */
export function eventsText(events: readonly ReportedType[]): string {
  return JSON.stringify(REPORTED_TYPES.filter((type) => events.includes(type)));
}

/** The text is ours: names without anything that JSON escapes. */
function eventsOf({ events }: Pick<WebhookRow, "events">): readonly ReportedType[] {
  return REPORTED_TYPES.filter((type) => events.includes(`"${type}"`));
}

/** The projects that a webhook can be for, by name. */
export async function projectChoices(
  store: TenantStore,
): Promise<readonly Pick<ProjectItem, "id" | "name" | "mode">[]> {
  const found = await readProjects(store, false);
  return found.map(namesOf).toSorted((one, other) => one.name.localeCompare(other.name, "en"));
}

function namesOf({ id, name, mode }: Pick<ProjectItem, "id" | "name" | "mode">) {
  return { id, name, mode };
}
