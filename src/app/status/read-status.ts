import { summariesOf } from "../../core/report/call-figures.ts";
import type { CallStatus, LogStatus, StatusData } from "../../core/report/status-data.ts";
import type { Log } from "../../log/log.ts";
import { readCallCounts } from "../../store/call-figure-rows.ts";
import { inTime } from "../in-time.ts";
import { isoTime, isoTimeOrNull, type Platform } from "../runtime.ts";
import type { CallRecorder } from "./call-recorder.ts";

const HOUR_MILLISECONDS = 3_600_000;
/** Anybody may ask, so a Worker reads at most once in this time. */
const READ_MILLISECONDS = 10_000;

type StatusRuntime = Pick<Platform, "databases" | "now" | "logOrigin">;
type ReadLog = () => ReturnType<Log["report"]>;

/** Reads the status of the service. A part that does not answer is null, and the others are shown. */
export function statusReader(
  calls: CallRecorder,
  report: (problem: unknown) => void,
): (runtime: StatusRuntime, readLog: ReadLog) => Promise<StatusData> {
  let readAt = Number.NEGATIVE_INFINITY;
  let last: StatusData | undefined;
  const orNull = async <Value>(what: string, reading: Promise<Value>): Promise<Value | null> => {
    try {
      return await inTime(what, reading);
    } catch (problem) {
      report(problem);
      return null;
    }
  };
  return async (runtime, readLog) => {
    const now = runtime.now();
    // Otherwise a clock that was ahead once would keep its result for as long as it was ahead.
    if (last !== undefined && now >= readAt && now < readAt + READ_MILLISECONDS) return last;
    // Calls that come meanwhile get the earlier result. Nobody waits for the reading of another call: the platform ends it
    // if that caller goes.
    readAt = now;
    const [log, figures] = await Promise.all([
      orNull("the log", logStatus(runtime, readLog)),
      orNull("the database", callStatus(runtime, calls, report)),
    ]);
    last = { at: isoTime(now), log, calls: figures };
    return last;
  };
}

async function logStatus({ logOrigin }: StatusRuntime, readLog: ReadLog): Promise<LogStatus> {
  const { vkey, size, signedAt, copiedSize, hasError } = await readLog();
  return { origin: logOrigin, vkey, size, signedAt: isoTimeOrNull(signedAt), copiedSize, hasError };
}

/** With what this Worker has measured itself until now. */
async function callStatus(
  runtime: StatusRuntime,
  calls: CallRecorder,
  report: (problem: unknown) => void,
): Promise<CallStatus> {
  await calls.flush(runtime).catch(report);
  const counts = await readCallCounts(runtime.databases.first, runtime.now() - HOUR_MILLISECONDS);
  const since = counts.length === 0 ? null : Math.min(...counts.map(({ minute }) => minute));
  return { since: isoTimeOrNull(since), summaries: summariesOf(counts) };
}
