import type { Database } from "../store/db.ts";
import { sealedCount } from "../store/lookup.ts";
import type { LogPort } from "./world.ts";

interface TeachableLog extends LogPort {
  /** Null: it wants to be told first of all tenants' entries. */
  appendOfOneTenant(...given: Parameters<LogPort["append"]>): Promise<readonly number[] | null>;
}

/**
 * A tenant knows its own entries; a log that has just started wants to know of everybody's before it signs
 * anything, since it could have been set back to before what only another tenant knows.
 */
export function toldLog(log: TeachableLog, database: Database): LogPort {
  return {
    append: async (entries, known) =>
      (await log.appendOfOneTenant(entries, known)) ??
      (await log.append(entries, await sealedCount(database))),
    proofs: (indices) => log.proofs(indices),
    vkey: () => log.vkey(),
  };
}
