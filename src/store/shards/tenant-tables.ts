import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import * as schema from "../schema.ts";

// The tables that hold rows of a tenant, with those first to which others refer.

export interface TenantTable {
  readonly name: string;
  /** The column of the tenant. */
  readonly tenant: string;
  /** The columns of the primary key but the tenant's. */
  readonly key: readonly string[];
}

const IN_ORDER: readonly SQLiteTable[] = [
  schema.tenants,
  schema.projects,
  schema.people,
  schema.credentials,
  schema.apiKeys,
  schema.enrolments,
  schema.sessions,
  schema.confirmations,
  schema.audience,
  schema.idempotency,
  schema.ceremonies,
  schema.openings,
  schema.steps,
  schema.votes,
  schema.outbox,
  schema.reveals,
  schema.templates,
  schema.documents,
  schema.retention,
  schema.events,
  schema.usage,
  schema.trail,
  schema.webhooks,
  schema.webhookDeliveries,
  schema.channels,
  schema.noticeSettings,
  schema.notices,
];

export const TENANT_TABLES: readonly TenantTable[] = IN_ORDER.map((table) => {
  const { name, primaryKeys } = getTableConfig(table);
  const columns = primaryKeys[0]?.columns.map((column) => column.name) ?? ["id"];
  const [tenant = "", ...key] = columns;
  return { name, tenant, key };
});
