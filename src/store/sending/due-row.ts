import { sql, type SQL } from "drizzle-orm";
import { confirmations, outbox } from "../schema.ts";
import { type Scope, value } from "../tenant-store.ts";

// What is to be sent is inserted in the transaction that it reports, and only if that has happened.

/** A new row, which is to be sent at this time; null if it is not. */
export interface DueRow {
  readonly dueAt: number | null;
}

/** The values that name the step of an attempt. */
export interface StepValues {
  readonly confirmation: string;
  readonly version: number;
  readonly step: string;
}

/** Whether the confirmation with this value as its id exists. */
export const isInserted = ({ tenantId }: Scope, name: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${confirmations} WHERE ${confirmations.tenantId} = ${tenantId}
    AND ${confirmations.id} = ${value(name)})`;

/** Whether the record is not marked as sealed yet, for statements that run before the mark. */
export const isUnsealed = ({ tenantId }: Pick<Scope, "tenantId">, seq: number | SQL = value("seq")): SQL =>
  sql`EXISTS (SELECT 1 FROM ${outbox} WHERE ${outbox.tenantId} = ${tenantId}
    AND ${outbox.seq} = ${seq} AND ${outbox.index} IS NULL)`;

/** When the first of these rows is to be sent; undefined if none is. */
export function firstDue(rows: readonly unknown[]): number | undefined {
  const times = (rows as readonly Partial<DueRow>[]).flatMap(({ dueAt }) => dueAt ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
