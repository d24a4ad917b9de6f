import type { Databases } from "../../store/database.ts";
import { sealedCount } from "../../store/tenant-lookup.ts";
import type { LogClient } from "../runtime.ts";

interface StartingLog extends LogClient {
  /** Null if the log has just started and does not know yet how many entries it must have. */
  appendOfOneTenant(...input: Parameters<LogClient["append"]>): Promise<readonly number[] | null>;
}

/**
 * A log that was reset to an earlier state must not sign again. A tenant knows only its own entries, so a log that has
 * just started gets the size that follows from all tenants' entries. Each call takes a new stub: one whose log was
 * restarted stays broken.
 */
export function createLogClient(stub: () => StartingLog, databases: Databases): LogClient {
  return {
    append: async (entries, minLogSize) =>
      (await stub().appendOfOneTenant(entries, minLogSize)) ??
      (await stub().append(entries, await sealedCount(databases))),
    proof: (index) => stub().proof(index),
    vkey: () => stub().vkey(),
  };
}
