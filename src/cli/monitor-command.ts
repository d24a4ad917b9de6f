import { setTimeout as wait } from "node:timers/promises";
import type { Checkpoint } from "../core/tlog/checkpoint.ts";
import { ALARMS, monitorLog, type Alarm, type MonitorOptions } from "../core/evidence/monitor.ts";
import { openLog, Unreachable, type LogSource } from "./log-source.ts";
import { readState, replaceFile, writeState, type MonitorState } from "./monitor-state.ts";
import { needed, readNamedOptions, numberOf } from "./cli-options.ts";
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
  json: { type: "boolean" },
} as const;

interface Monitor {
  readonly source: LogSource;
  readonly trust: MonitorOptions["trust"];
  readonly path: string;
  readonly maxAgeSeconds: number | undefined;
  readonly json: boolean;
  readonly labels: Set<string>;
  state: MonitorState | undefined;
  /** The last look, or the start. */
  reachedAt: number;
}

export async function monitorCommand(words: readonly string[]): Promise<number> {
  const values = readNamedOptions(words, OPTIONS);
  const every = numberOf("every", values.every) ?? EVERY_SECONDS;
  const path = needed("state", values.state);
  const state = await readState(path);
  const monitor: Monitor = {
    source: openLog(needed("log", values.log)),
    trust: await readTrust(needed("policy", values.policy)),
    path,
    maxAgeSeconds: numberOf("max-age", values["max-age"]),
    json: values.json === true,
    labels: new Set(state?.labels ?? []),
    state,
    reachedAt: Date.now(),
  };
  if (values.once) return lookOnce(monitor);
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  while (!ended.signal.aborted) {
    const exit = await lookPatiently(monitor);
    if (exit !== EXIT.passed) return exit;
    await wait(every * 1_000, undefined, { signal: ended.signal }).catch(() => undefined);
  }
  return EXIT.passed;
}

/** A log that cannot be reached has not lied: that is told, and tried again at the next turn. */
async function lookPatiently(monitor: Monitor): Promise<number> {
  try {
    return await lookOnce(monitor);
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem;
    const silent = (Date.now() - monitor.reachedAt) / 1_000;
    if (monitor.maxAgeSeconds !== undefined && silent > monitor.maxAgeSeconds) throw problem;
    console.error(`countersign: the log is not reached: ${problem.message}`);
    return EXIT.passed;
  }
}

async function lookOnce(monitor: Monitor): Promise<number> {
  const { source, trust, path, maxAgeSeconds, labels, state } = monitor;
  const note = await source.checkpoint();
  const looked = await monitorLog(note, state, {
    trust,
    log: source,
    now: Date.now(),
    labels,
    fromStart: state !== undefined && state.labels === undefined,
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  });
  if (!looked.ok) return raise(monitor, looked.alarm, note);
  const { checkpoint, grownAt, newLabels } = looked.state;
  const known = labels.size;
  for (const label of newLabels) labels.add(label);
  monitor.reachedAt = Date.now();
  monitor.state = { checkpoint, grownAt, note, labels: [] };
  await writeState(path, { checkpoint, grownAt, note }, labels, known);
  tell(monitor, checkpoint, newLabels.size);
  return EXIT.passed;
}

function tell({ json }: Monitor, { origin, size }: Checkpoint, fresh: number): void {
  const line = `${new Date().toISOString()} ${plain(origin)}: ${size} entries, ${fresh} new, consistent`;
  console.log(json ? JSON.stringify({ ok: true, origin, size, new: fresh }) : line);
}

/** The two signed checkpoints are the proof against the log: they are kept, and the state stays as it was. */
async function raise({ path, json, state }: Monitor, { name, detail }: Alarm, note: string): Promise<number> {
  const evidence = { alarm: name, detail, before: state?.note ?? null, now: note };
  await replaceFile(`${path}.alarm`, `${JSON.stringify(evidence, null, 2)}\n`);
  const kept = `both checkpoints are kept in ${path}.alarm`;
  console.log(
    json
      ? JSON.stringify({ ok: false, ...evidence })
      : `ALARM ${name}: ${ALARMS[name]} (${plain(detail)}); ${kept}`,
  );
  return EXIT.failed;
}
