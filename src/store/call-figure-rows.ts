import { gte, sql } from "drizzle-orm";
import type { CallCount } from "../core/report/call-figures.ts";
import type { Database } from "./database.ts";
import { callFigures } from "./schema.ts";

/** Adds what a Worker has counted. Many do, so each row is a sum. One statement with one parameter, however many rows. */
export async function addCallCounts(database: Database, counts: readonly CallCount[]): Promise<void> {
  const field = (name: keyof CallCount) => sql.raw(`value ->> '${name}'`);
  await database.run(sql`INSERT INTO ${callFigures} (minute, kind, within_milliseconds, answered, failed)
    SELECT ${field("minute")}, ${field("kind")}, ${field("withinMilliseconds")}, ${field("answered")}, ${field("failed")}
    FROM json_each(${JSON.stringify(counts)}) WHERE TRUE
    ON CONFLICT (minute, kind, within_milliseconds)
    DO UPDATE SET answered = answered + excluded.answered, failed = failed + excluded.failed`);
}

/** From this minute on, added up over the minutes: each count has the first one of its calls. */
export async function readCallCounts(database: Database, since: number): Promise<readonly CallCount[]> {
  return database
    .select({
      minute: sql<number>`min(${callFigures.minute})`,
      kind: callFigures.kind,
      withinMilliseconds: callFigures.withinMilliseconds,
      answered: sql<number>`sum(${callFigures.answered})`,
      failed: sql<number>`sum(${callFigures.failed})`,
    })
    .from(callFigures)
    .where(gte(callFigures.minute, since))
    .groupBy(callFigures.kind, callFigures.withinMilliseconds);
}
