import { WANTS_TO_BE_TOLD, type Told } from "../log/told.ts";
import type { Database } from "../store/db.ts";
import { sealedCount } from "../store/lookup.ts";
import type { LogPort } from "./world.ts";

interface TeachableLog extends Omit<LogPort, "append"> {
  append(entries: Parameters<LogPort["append"]>[0], known: number, told: Told): Promise<readonly number[]>;
}

/**
 * A tenant knows its own entries; a log that has just started wants to know of everybody's before it signs
 * anything, since it could have been set back to before what only another tenant knows.
 */
export function toldLog(log: TeachableLog, database: Database): LogPort {
  return {
    async append(entries, known) {
      try {
        return await log.append(entries, known, "by one tenant");
      } catch (problem) {
        // Between Workers the words are all that is left of an error.
        if (!String(problem).includes(WANTS_TO_BE_TOLD)) throw problem;
        return await log.append(entries, await sealedCount(database), "by all tenants");
      }
    },
    proofs: (indices) => log.proofs(indices),
    vkey: () => log.vkey(),
  };
}
