import { setTimeout as wait } from "node:timers/promises";
import type { Checkpoint } from "../core/tlog/checkpoint.ts";
import { ALARMS, monitorLog, type Alarm, type MonitorOptions } from "../core/evidence/monitor.ts";
import { openLog, LogUnreachable, type LogSource } from "./log-source.ts";
import { readState, replaceFile, writeState, type MonitorState } from "./monitor-state.ts";
import { required, readNamedOptions, wholeNumber } from "./cli-options.ts";
import { EXIT } from "./cli-error.ts";
import { plain } from "./verify-report.ts";
import { readTrust } from "./verify-command.ts";

const EVERY_SECONDS = 60;

const OPTIONS = {
  log: { type: "string" },
  policy: { type: "string" },
  state: { type: "string" },
  once: { type: "boolean" },
  every: { type: "string" },
  "max-age": { type: "string" },
  deadline: { type: "string" },
  json: { type: "boolean" },
} as const;

interface Monitor {
  /** Opens the log for one check. */
  readonly open: () => LogSource;
  readonly trust: MonitorOptions["trust"];
  readonly path: string;
  readonly maxAgeSeconds: number | undefined;
  readonly json: boolean;
  readonly labels: Set<string>;
  state: MonitorState | undefined;
  /** The time of the last successful check, or of the start. */
  reachedAt: number;
}

export async function monitorCommand(args: readonly string[]): Promise<number> {
  const values = readNamedOptions(args, OPTIONS);
  const every = wholeNumber("every", values.every) ?? EVERY_SECONDS;
  const path = required("state", values.state);
  const state = await readState(path);
  const address = required("log", values.log);
  const runSeconds = wholeNumber("deadline", values.deadline);
  const monitor: Monitor = {
    open: () => openLog(address, { runSeconds }),
    trust: await readTrust(required("policy", values.policy)),
    path,
    maxAgeSeconds: wholeNumber("max-age", values["max-age"]),
    json: values.json === true,
    labels: new Set(state?.labels ?? []),
    state,
    reachedAt: Date.now(),
  };
  if (values.once) return checkOnce(monitor);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  while (!stop.signal.aborted) {
    const exit = await checkWithRetry(monitor);
    if (exit !== EXIT.passed) return exit;
    await wait(every * 1_000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  return EXIT.passed;
}

/** An unreachable log is no sign of dishonesty: report it, and try again next time. */
async function checkWithRetry(monitor: Monitor): Promise<number> {
  try {
    return await checkOnce(monitor);
  } catch (problem) {
    if (!(problem instanceof LogUnreachable)) throw problem;
    const silent = (Date.now() - monitor.reachedAt) / 1_000;
    if (monitor.maxAgeSeconds !== undefined && silent > monitor.maxAgeSeconds) throw problem;
    console.error(`countersign: can't reach the log: ${problem.message}`);
    return EXIT.passed;
  }
}

async function checkOnce(monitor: Monitor): Promise<number> {
  const { open, trust, path, maxAgeSeconds, labels, state } = monitor;
  const source = open();
  const note = await source.checkpoint();
  const result = await monitorLog(note, state, {
    trust,
    log: source,
    now: Date.now(),
    labels,
    fromStart: state !== undefined && state.labels === undefined,
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  });
  if (!result.ok) return raiseAlarm(monitor, result.alarm, note);
  const { checkpoint, grownAt, newLabels } = result.state;
  const savedCount = labels.size;
  for (const label of newLabels) labels.add(label);
  monitor.reachedAt = Date.now();
  monitor.state = { checkpoint, grownAt, note, labels: [] };
  await writeState(path, { checkpoint, grownAt, note }, labels, savedCount);
  report(monitor, checkpoint, newLabels.size);
  return EXIT.passed;
}

function report({ json }: Monitor, { origin, size }: Checkpoint, fresh: number): void {
  const line = `${new Date().toISOString()} ${plain(origin)}: ${size} entries, ${fresh} new, consistent`;
  console.log(json ? JSON.stringify({ ok: true, origin, size, new: fresh }) : line);
}

/** Saves the two signed checkpoints, which are the proof against the log. The state stays unchanged. */
async function raiseAlarm(
  { path, json, state }: Monitor,
  { name, detail }: Alarm,
  note: string,
): Promise<number> {
  const evidence = { alarm: name, detail, before: state?.note ?? null, now: note };
  await replaceFile(`${path}.alarm`, `${JSON.stringify(evidence, null, 2)}\n`);
  const saved = `both checkpoints are saved in ${path}.alarm`;
  console.log(
    json
      ? JSON.stringify({ ok: false, ...evidence })
      : `ALARM ${name}: ${ALARMS[name]} (${plain(detail)}); ${saved}`,
  );
  return EXIT.failed;
}
