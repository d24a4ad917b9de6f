import { inArray, lte, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { newestExpired } from "./confirmation/idempotency-keys.ts";
import type { Database } from "./database.ts";
import { isNotMoving } from "./shards/moved-tenants.ts";
import {
  callFigures,
  ceremonies,
  credentials,
  enrolments,
  idempotency,
  sessions,
  webauthnChallenges,
} from "./schema.ts";

// Deletes rows whose time is over, of all tenants, by the indexes of their times. Nothing refers to these rows.

const HOUR_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
/** A link that was used or is too old says so for some weeks. Later it is unknown. */
const ENROLMENT_DAYS = 30;
/** A vote that is sent again finds its ceremony for a day. */
const CEREMONY_DAYS = 1;
/** The status page shows the last hour. */
const CALL_FIGURE_HOURS = 3;
/** A batch keeps D1's one writer for some milliseconds. */
export const EXPIRED_MAX_ROWS = 500;

/** Deletes at most EXPIRED_MAX_ROWS of each table. Returns whether a table may have more. */
export async function deleteExpiredRows(database: Database, now: number): Promise<boolean> {
  const deleteFirst = (table: SQLiteTable, time: SQLiteColumn, until: number, where = sql`TRUE`) => {
    const rowId = sql<number>`rowid`;
    const expired = database
      .select({ rowId })
      .from(table)
      .where(sql`${lte(time, until)} AND ${where}`)
      .orderBy(time)
      .limit(EXPIRED_MAX_ROWS);
    return database.delete(table).where(inArray(rowId, expired));
  };
  const ofTenant = (
    table: SQLiteTable & { readonly tenantId: SQLiteColumn },
    time: SQLiteColumn,
    until: number,
    where = sql`TRUE`,
  ) => deleteFirst(table, time, until, sql`${isNotMoving(table.tenantId)} AND ${where}`);
  const results = await database.batch([
    ofTenant(idempotency, idempotency.createdAt, newestExpired(now)),
    ofTenant(sessions, sessions.expiresAt, now),
    deleteFirst(webauthnChallenges, webauthnChallenges.expiresAt, now),
    deleteFirst(callFigures, callFigures.minute, now - CALL_FIGURE_HOURS * HOUR_MILLISECONDS),
    ofTenant(ceremonies, ceremonies.expiresAt, now - CEREMONY_DAYS * DAY_MILLISECONDS),
    ofTenant(enrolments, enrolments.expiresAt, now - ENROLMENT_DAYS * DAY_MILLISECONDS, isDone()),
  ]);
  return results.some(({ meta }) => meta.changes === EXPIRED_MAX_ROWS);
}

/** A link for recovery is needed until its passkey is endorsed or revoked: it says what the passkey is for. */
function isDone(): SQL {
  return sql`NOT (${enrolments.recovers} = 1 AND EXISTS (SELECT 1 FROM ${credentials}
    WHERE ${credentials.tenantId} = ${enrolments.tenantId} AND ${credentials.personId} = ${enrolments.personId}
      AND ${credentials.createdAt} = ${enrolments.usedAt} AND ${credentials.endorsedSeq} IS NULL
      AND ${credentials.revokedAt} IS NULL))`;
}
