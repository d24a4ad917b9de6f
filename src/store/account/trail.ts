import { desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { trail } from "../schema.ts";
import type { TrailRow } from "../rows.ts";
import type { Run } from "../prepared-statement.ts";
import { prepared, type TenantStore, value } from "../tenant-store.ts";

export type NewTrailRow = Omit<TrailRow, "tenantId">;

const COLUMNS = Object.keys(getTableColumns(trail)).filter((name) => name !== "tenantId");

/** Only if the statement before it in the same transaction has changed a row: otherwise nothing was done. */
const INSERT_IF_CHANGED = prepared<typeof trail, never>(trail, (scope) =>
  scope.insertFrom(
    trail,
    (tenant) => sql`SELECT ${tenant}, ${sql.join(COLUMNS.map(value), sql`, `)} WHERE changes() > 0`,
  ),
);

/** For something that only reads. */
const INSERT = prepared<typeof trail, never>(trail, (scope) =>
  scope.insertFrom(trail, (tenant) => sql`SELECT ${tenant}, ${sql.join(COLUMNS.map(value), sql`, `)}`),
);

export function insertTrail(row: NewTrailRow): Run {
  return INSERT.with({ ...row });
}

/** To be run right after the statement that it reports, in the same transaction. */
export function insertTrailIfChanged(row: NewTrailRow): Run<object> {
  return INSERT_IF_CHANGED.with({ ...row });
}

/** Newest first; those before this id, if one is given. */
export async function readTrail(
  store: TenantStore,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<readonly TrailRow[]> {
  return store
    .select(trail, before === null ? undefined : lt(trail.id, before))
    .orderBy(desc(trail.id))
    .limit(limit);
}

/** What was done to one thing, newest first. */
export async function readTrailOf(
  store: TenantStore,
  subject: string,
  limit: number,
): Promise<readonly TrailRow[]> {
  return store.select(trail, eq(trail.subjectId, subject)).orderBy(desc(trail.id)).limit(limit);
}
