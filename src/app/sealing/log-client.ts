import type { Databases } from "../../store/database.ts";
import { sealedCount } from "../../store/tenant-lookup.ts";
import type { LogClient } from "../runtime.ts";

interface StartingLog extends LogClient {
  /** Null if the log has just started and does not know yet how many entries it must have. */
  appendOfOneTenant(...input: Parameters<LogClient["append"]>): Promise<readonly number[] | null>;
}

/**
 * A log that was reset to an earlier state must not sign again. A tenant knows only its own entries, so a log that has
 * just started gets the size that follows from all tenants' entries.
 */
export function createLogClient(log: StartingLog, databases: Databases): LogClient {
  return {
    append: async (entries, minLogSize) =>
      (await log.appendOfOneTenant(entries, minLogSize)) ??
      (await log.append(entries, await sealedCount(databases))),
    proof: (index) => log.proof(index),
    vkey: () => log.vkey(),
  };
}
