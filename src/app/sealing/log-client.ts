import type { Database } from "../../store/database.ts";
import { sealedCount } from "../../store/tenant-lookup.ts";
import type { LogClient } from "../runtime.ts";

interface TeachableLog extends LogClient {
  /** Null: it wants to be told first of all tenants' entries. */
  appendOfOneTenant(...given: Parameters<LogClient["append"]>): Promise<readonly number[] | null>;
}

/**
 * A tenant knows its own entries; a log that has just started wants to know of everybody's before it signs
 * anything, since it could have been set back to before what only another tenant knows.
 */
export function createLogClient(log: TeachableLog, database: Database): LogClient {
  return {
    append: async (entries, known) =>
      (await log.appendOfOneTenant(entries, known)) ??
      (await log.append(entries, await sealedCount(database))),
    proofs: (indices) => log.proofs(indices),
    vkey: () => log.vkey(),
  };
}
