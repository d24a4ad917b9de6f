import { kill, startProduct } from "../support/product/product.ts";
import { WIRE } from "../support/sample-request.ts";
import { startPlatform } from "./platform/bare-platform.ts";
import { closeConnections } from "./measure/http-client-pool.ts";
import { newTenant } from "./peers/countersign.ts";
import { figuresOf } from "./measure/figures.ts";
import { memoryOf } from "./measure/memory.ts";
import {
  alternateAppends,
  alternateCreates,
  alternateFlows,
  alternatePolls,
  alternateQuorums,
  alternateShards,
} from "./measure/alternate.ts";
import { newQuorum } from "./peers/quorum.ts";
import { startRestate } from "./peers/restate.ts";
import { countRoundTrips } from "./round-trips.ts";
import { measureNeighbours } from "./neighbours-bench.ts";
import { machine, neighboursTable, roundTripsTable, tableOf, unitsTable } from "./measure/table.ts";
import { measureSending } from "./sending-bench.ts";
import { measureLanding } from "./site-bench.ts";
import { measureWaiters } from "./waiters-bench.ts";

// npm run bench: the product as `npm start` runs it, a Restate server with the same workflow, and the bare platform,
// measured alternately in one run. Prints medians and ratios. The exit code does not depend on them.

type Stop = () => Promise<void> | void;
const stops: Stop[] = [closeConnections];

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) {
    try {
      await stop();
    } catch (problem) {
      report(problem);
    }
  }
}

/** Registered before it has started, so that a signal during the start still stops it. */
async function stoppable<Started extends { readonly stop: Stop } | string>(
  starting: Promise<Started>,
): Promise<Started> {
  stops.push(async () => {
    const started = await starting.catch(() => undefined);
    if (typeof started === "object") await started.stop();
  });
  return starting;
}

function report(message: unknown): void {
  console.error(message instanceof Error ? message.message : String(message));
}

async function bench(): Promise<void> {
  const start = Date.now();
  console.log(`${machine()}\n`);
  // First, since starting the product rebuilds the pages, also for servers that already serve them.
  const product = await stoppable(startProduct([], "test/bench/platform/serve-product.ts"));
  process.once("exit", () => kill(product.group, "SIGTERM"));
  report("Counting round trips …");
  const steps = await countRoundTrips();
  const { url } = product.ready;
  const countersign = await newTenant(url);
  const requestBody = JSON.stringify({ ...WIRE, expiresInSeconds: 3_600 });
  const platform = await stoppable(startPlatform());
  const restate = await stoppable(startRestate(requestBody));
  if (typeof restate === "string") report(`Restate ${restate}`);
  const peer = typeof restate === "string" ? undefined : restate;
  const memory = () => ({
    ours: memoryOf(product.group, "workerd"),
    restate: peer && memoryOf(peer.group, "restate"),
  });

  const idle = memory();
  report("One request at a time …");
  const flows = await alternateFlows(countersign, peer?.workflow);
  report("Three of five sign …");
  const quorums = await alternateQuorums(await newQuorum(url), countersign);
  const alone = await platform.alone();
  report("Many clients at the same time …");
  const polls = await alternatePolls(countersign, platform, peer?.workflow);
  const creates = await alternateCreates(countersign, platform, peer?.workflow);
  const shards = await alternateShards(countersign, await newTenant(url, "0"), await newTenant(url, "1"));
  const appends = await alternateAppends(platform);
  const loaded = memory();
  report("A thousand waiters …");
  let waiting = loaded;
  const waiters = await measureWaiters(countersign, () => (waiting = memory()));

  report("Notices and webhooks …");
  const sending = await measureSending();
  report("The landing page on a slow phone …");
  const landing = await measureLanding(url);
  report("A noisy neighbour …");
  const neighbours = await measureNeighbours(url);

  const lines = figuresOf({
    flows,
    quorums,
    polls,
    creates,
    shards,
    appends,
    waiters,
    sending,
    landing,
    memory: { idle, loaded, waiting },
  });
  console.log(`${tableOf(lines)}\n`);
  console.log("A ratio over 1 means that Countersign is that many times better. Times are p50.");
  if (typeof restate === "string") console.log(`Restate ${restate}`);
  console.log(`\nHow long another tenant of the same server waits:\n\n${neighboursTable(neighbours)}`);
  console.log(`\nWhere the time goes:\n\n${roundTripsTable(steps)}\n\n${unitsTable(alone)}\n`);
  const stderr = product.errorOutput();
  if (stderr !== "") console.log(`The product wrote to stderr:\n${stderr}`);
  console.log(`Took ${Math.round((Date.now() - start) / 1_000)} s.`);
}

// Miniflare exits the process at a signal. The rest is then stopped by its exit handlers. This is for a signal before
// Miniflare has started.
let stopping: Promise<void> | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // A terminal and npm may both send a signal. The second one must not interrupt the stopping.
  process.on(signal, () => {
    stopping ??= stopAll().finally(() => process.exit(1));
  });
}
try {
  await bench();
} finally {
  // After a signal the benchmark fails too, since its servers are stopped.
  await (stopping ?? stopAll());
}
