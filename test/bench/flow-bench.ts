import { kill, startProduct } from "../support/product/product.ts";
import { WIRE } from "../support/sample-request.ts";
import { startCeilings } from "./platform/ceilings.ts";
import { closeConnections } from "./measure/http-client-pool.ts";
import { countersignAt } from "./peers/countersign.ts";
import { figuresOf } from "./measure/figures.ts";
import { memoryOf } from "./measure/memory.ts";
import { appendsInTurn, createsInTurn, flowsInTurn, pollsInTurn } from "./measure/in-turn.ts";
import { startRestate } from "./peers/restate.ts";
import { countRoundTrips } from "./round-trips.ts";
import { machine, roundTripsTable, tableOf, unitsTable } from "./measure/table.ts";
import { holdWaiters } from "./waiters-bench.ts";

// npm run bench: the product as `npm start` runs it, a Restate server with the same workflow, and the bare
// platform, measured in turn in one run. Prints medians and ratios, and judges nothing by its exit code.

type Stop = () => Promise<void> | void;
const stops: Stop[] = [closeConnections];

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) {
    try {
      await stop();
    } catch (problem) {
      say(problem);
    }
  }
}

/** Remembered before it has started, so that a signal meanwhile leaves nothing behind. */
async function stoppable<Started extends { readonly stop: Stop } | string>(
  starting: Promise<Started>,
): Promise<Started> {
  stops.push(async () => {
    const started = await starting.catch(() => undefined);
    if (typeof started === "object") await started.stop();
  });
  return starting;
}

function say(what: unknown): void {
  console.error(what instanceof Error ? what.message : String(what));
}

async function bench(): Promise<void> {
  const began = Date.now();
  console.log(`${machine()}\n`);
  // First, since starting the product builds the pages anew under whoever serves them.
  const product = await stoppable(startProduct());
  process.once("exit", () => kill(product.group, "SIGTERM"));
  say("Counting round trips …");
  const steps = await countRoundTrips();
  const { url, apiKey, enrolUrl } = product.ready;
  const countersign = await countersignAt(url, apiKey, enrolUrl);
  const question = JSON.stringify({ ...WIRE, expiresInSeconds: 3_600 });
  const ceilings = await stoppable(startCeilings());
  const restate = await stoppable(startRestate(question));
  if (typeof restate === "string") say(`Restate ${restate}`);
  const peer = typeof restate === "string" ? undefined : restate;
  const memory = () => ({
    ours: memoryOf(product.group, "workerd"),
    restate: peer && memoryOf(peer.group, "restate"),
  });

  const idle = memory();
  say("One request after the other …");
  const flows = await flowsInTurn(countersign, peer?.workflow);
  const alone = await ceilings.alone();
  say("Many at once …");
  const polls = await pollsInTurn(countersign, peer?.workflow);
  const creates = await createsInTurn(countersign, ceilings, peer?.workflow);
  const appends = await appendsInTurn(ceilings);
  const loaded = memory();
  say("A thousand waiters …");
  let holding = loaded;
  const held = await holdWaiters(countersign, () => (holding = memory()));

  const lines = figuresOf({ flows, polls, creates, appends, held, memory: { idle, loaded, holding } });
  console.log(`${tableOf(lines)}\n`);
  console.log("A ratio over 1 means that Countersign is so many times better. Times are p50.");
  if (typeof restate === "string") console.log(`Restate ${restate}`);
  console.log(`\nWhere the time goes:\n\n${roundTripsTable(steps)}\n\n${unitsTable(alone)}\n`);
  const errorOutput = product.errorOutput();
  if (errorOutput !== "") console.log(`The product complained:\n${errorOutput}`);
  console.log(`Took ${Math.round((Date.now() - began) / 1_000)} s.`);
}

// Miniflare ends the process at a signal, whatever else is to be ended: what is left then ends at once, in its
// own way at the exit. This is for a signal before there is a Miniflare.
let ending: Promise<void> | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // A terminal and the `npm` between may both send one: the second must not cut the ending short.
  process.on(signal, () => {
    ending ??= stopAll().finally(() => process.exit(1));
  });
}
try {
  await bench();
} finally {
  // What a signal ends makes the benchmark fail on its way, too.
  await (ending ?? stopAll());
}
