import type { Runtime } from "../../app/runtime.ts";
import { toHex } from "../../core/encoding/bytes.ts";
import { checkWritable } from "../../store/write-check.ts";
import { logError } from "../log-error.ts";

/** Anybody may ask, so a Worker writes at most once in this time. */
const CHECK_MILLISECONDS = 10_000;
/** A database that takes longer does not serve people either. */
const ANSWER_MILLISECONDS = 3_000;
const NAME_BYTES = 16;

type HealthCheck = (runtime: Pick<Runtime, "database" | "now" | "random">) => Promise<boolean>;

/** Tells whether the database can be written: a full disk still answers every read. */
export function healthCheck(): HealthCheck {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let isHealthy = true;
  return async (runtime) => {
    const now = runtime.now();
    if (now < checkedAt + CHECK_MILLISECONDS) return isHealthy;
    // Before the check: whoever asks meanwhile gets the result before it.
    checkedAt = now;
    isHealthy = await isWritable(runtime);
    return isHealthy;
  };
}

async function isWritable(runtime: Parameters<HealthCheck>[0]): Promise<boolean> {
  const name = `health ${toHex(runtime.random(NAME_BYTES))}`;
  const late = scheduler.wait(ANSWER_MILLISECONDS).then(() => {
    throw new Error(`the database did not answer within ${ANSWER_MILLISECONDS} ms`);
  });
  try {
    await Promise.race([checkWritable(runtime.database, name), late]);
    return true;
  } catch (problem) {
    logError("healthz", problem);
    return false;
  } finally {
    late.catch(() => undefined);
  }
}
