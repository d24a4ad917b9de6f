import "./build.mjs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import { createTenant } from "../app/account/create-tenant.ts";
import type { Platform } from "../app/runtime.ts";
import type { DatabaseBindings } from "../store/database.ts";
import { runCommand } from "./operator/operator-answer.ts";
import { listenForOperator, refuseServedFolder } from "./operator/operator-socket.ts";
import { outsidePlatform } from "./outside-platform.ts";
import { readStartOptions, START_USAGE, type StartOptions } from "./start-options.ts";
import { databaseBindings, PortTaken, serve } from "./local-server.ts";
import { databaseProblem, prepareFolder, StateUnusable } from "./state-check.ts";
import { migrate, readSettings, writeSettings, type Settings } from "./state-folder.ts";
import { welcome } from "./start-message.ts";

// Runs the whole product on one machine: the same Worker in the same runtime, without a Cloudflare account.

const MIGRATIONS = "migrations";
const CRON_SECONDS = 60;
const PARENT_CHECK_MILLISECONDS = 500;
/** A signal to the whole process group ends the runtime too; its lost connection can be noticed first. */
const SIGNAL_GRACE_MILLISECONDS = 250;
const DEMO_TENANT = "Demo";
const DEMO_OWNER = "alex";

async function start(options: StartOptions): Promise<void> {
  const folder = resolve(options.state);
  await refuseServedFolder(folder);
  prepareFolder(folder, options.reset);
  const settings = readSettings(folder, options.origin);
  const server = await serve(options, folder, settings);
  stopWithParent(server);
  await server.ready;
  const bindings = await server.getBindings<DatabaseBindings>("countersign");
  for (const binding of databaseBindings())
    await migrate(await server.getD1Database(binding, "countersign"), MIGRATIONS);
  const platform = outsidePlatform(bindings, options.origin);
  const ready = settings.demo === null ? await withDemo(platform, folder, settings) : settings;
  await listenForOperator(folder, async (command) => runCommand(platform, command));
  runCron(server);
  const vkey = await (await server.dispatchFetch(`${options.origin}/log/vkey`)).text();
  const lines = welcome(options, ready, vkey.trim());
  for (const line of lines) console.log(line);
}

/** Creates the demo tenant at the first start, and saves its keys and its owner's link for later starts. */
async function withDemo(platform: Platform, folder: string, settings: Settings): Promise<Settings> {
  const { apiKey, peopleKey, auditKey, enrolUrl } = await createTenant(platform, DEMO_TENANT, DEMO_OWNER);
  const { pathname, hash } = new URL(enrolUrl);
  const ready = { ...settings, demo: { apiKey, peopleKey, auditKey, enrolPath: pathname + hash } };
  writeSettings(folder, ready);
  return ready;
}

let stopping = false;

/** Stops on a signal, and when the `npm` that started it is gone: npm does not always forward signals. */
function stopWithParent(server: Miniflare): void {
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void server.dispose().finally(() => process.exit(0));
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, PARENT_CHECK_MILLISECONDS).unref();
}

/** Cloudflare runs the cron trigger; on one machine this does. */
function runCron(server: Miniflare): void {
  const timer = setInterval(() => {
    void server
      .getWorker("countersign")
      .then((worker) => worker.scheduled({ cron: "* * * * *" }))
      .catch(() => undefined);
  }, CRON_SECONDS * 1_000);
  timer.unref();
}

const options = readStartOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n\n${START_USAGE}`);
  process.exitCode = 2;
} else {
  try {
    await start(options);
  } catch (problem) {
    const known = databaseProblem(resolve(options.state), problem) ?? problem;
    if (known instanceof PortTaken || known instanceof StateUnusable) {
      console.error(known.message);
      process.exit(1);
    }
    await sleep(SIGNAL_GRACE_MILLISECONDS);
    // The start failed because it is being stopped: nothing to report.
    if (!stopping) throw problem;
  }
}
