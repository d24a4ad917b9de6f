import { and, eq, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import type { WebhookRow } from "../rows.ts";
import { projects, webhooks } from "../schema.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

// The webhooks of an organisation. One that was removed is not found any more.

const isOne = (id: string): SQL | undefined => and(eq(webhooks.id, id), isNull(webhooks.removedAt));

/** The oldest first. */
export async function readWebhooks(store: TenantStore): Promise<readonly WebhookRow[]> {
  const found = await store.select(webhooks, isNull(webhooks.removedAt));
  return found.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

export async function findWebhook(store: TenantStore, id: string): Promise<WebhookRow | undefined> {
  return store.first(webhooks, isOne(id));
}

/** Also one that was removed. */
export async function wasWebhook(store: TenantStore, id: string): Promise<boolean> {
  return (await store.first(webhooks, eq(webhooks.id, id))) !== undefined;
}

export type NewWebhook = Pick<
  WebhookRow,
  "id" | "projectId" | "name" | "url" | "format" | "events" | "createdAt"
>;

const INSERT_WEBHOOK_IF = prepared<typeof webhooks, never>(webhooks, (scope) => {
  const same = scope.select(webhooks, eq(webhooks.id, value("id")));
  const inUse = and(eq(projects.id, value("projectId")), isNull(projects.archivedAt));
  const last = scope
    .selectColumns(webhooks, ["id"], isNull(webhooks.removedAt))
    .limit(1)
    .offset(sql.placeholder("before"));
  return scope.insertFrom(
    webhooks,
    (
      tenant,
    ) => sql`SELECT ${tenant}, ${value("id")}, ${value("projectId")}, ${value("name")}, ${value("url")},
        ${value("format")}, ${value("events")}, ${value("createdAt")}, 1, NULL, NULL, NULL, NULL, NULL
      WHERE NOT EXISTS ${same} AND NOT EXISTS ${last}
        AND (${value("projectId")} IS NULL OR EXISTS ${scope.select(projects, inUse)})`,
  );
});

/** Only if its project is in use, and the organisation has fewer than `max`. */
export async function insertWebhookIf(
  store: TenantStore,
  webhook: NewWebhook,
  max: number,
  entry: Run,
): Promise<void> {
  await store.batch([INSERT_WEBHOOK_IF.with({ ...webhook, before: max - 1 }), entry]);
}

/** What people can change of it. The format stays, so that a replay has the bytes of the first attempt. */
export type WebhookColumns = Pick<WebhookRow, "projectId" | "name" | "url" | "events">;

/** Only if it still is as it was. */
export async function changeWebhook(
  store: TenantStore,
  id: string,
  { was, now }: { readonly was: WebhookColumns; readonly now: WebhookColumns },
  entry: Run,
): Promise<void> {
  const same = (Object.keys(was) as (keyof WebhookColumns)[]).map(
    (name): SQL => sql`${webhooks[name]} IS ${was[name]}`,
  );
  await store.batch([store.update(webhooks, { ...now }, and(isOne(id), ...same)), entry]);
}

/** Only if this is still the number of its secrets. */
export async function rotateSecrets(
  store: TenantStore,
  { id, secretNumber }: Pick<WebhookRow, "id" | "secretNumber">,
  previousUntil: number,
  entry: Run,
): Promise<void> {
  const set = { secretNumber: secretNumber + 1, previousUntil };
  const where = and(isOne(id), eq(webhooks.secretNumber, secretNumber));
  await store.batch([store.update(webhooks, set, where), entry]);
}

export async function disableWebhook(store: TenantStore, id: string, at: number, entry: Run): Promise<void> {
  const set = { disabledAt: at, disabledBecause: "person" } as const;
  await store.batch([store.update(webhooks, set, and(isOne(id), isNull(webhooks.disabledAt))), entry]);
}

/** The five days after which one that fails is disabled begin again. */
export async function enableWebhook(store: TenantStore, id: string, entry: Run): Promise<void> {
  const set = { disabledAt: null, disabledBecause: null, failingSince: null };
  await store.batch([store.update(webhooks, set, and(isOne(id), isNotNull(webhooks.disabledAt))), entry]);
}

export async function removeWebhook(store: TenantStore, id: string, at: number, entry: Run): Promise<void> {
  await store.batch([store.update(webhooks, { removedAt: at }, isOne(id)), entry]);
}
