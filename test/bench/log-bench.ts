import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { TILE_WIDTH, tilePath } from "../../src/core/tlog/tile.ts";
import { median, rate, row } from "./measure/measure.ts";
import { benchVerifyPage } from "./verify-page-bench.ts";
import { bundleWorker } from "../support/product/worker-bundle.ts";

// The log alone, in the product's runtime, at growing sizes: the cost of an entry must not depend on the number of
// entries. Arguments: other sizes than these.

const SIZES = [10_000, 100_000, 1_000_000];
/** 16 calls of 256 entries each form one or two groups. */
const FILL_CALLS = 16;
const FILL_ENTRIES = 256;
/** Records that a tenant's desk seals in one call. */
const SEAL_ENTRIES = 40;
const RUNS = 25;
/** The measurement itself seals 25 x 5 x 40 entries, half of the smallest size. */
const CALLS_PER_RUN = 5;
const STARTS = 15;
const TILE_CLIENTS = 16;
const TILE_SECONDS = 3;
const COPY_WAIT_SECONDS = 180;

const sizes = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));

async function start(): Promise<Miniflare> {
  const bundle = await bundleWorker({ entryPoints: ["test/bench/workers/log-worker.ts"] });
  const { workerOptions } = unstable_getMiniflareWorkerOptions("wrangler.toml");
  return new Miniflare(
    convertV4MiniflareOptions({
      name: "bench",
      modules: [{ type: "ESModule", path: "worker.mjs", contents: bundle }],
      compatibilityDate: String(workerOptions.compatibilityDate),
      compatibilityFlags: workerOptions.compatibilityFlags as string[],
      bindings: { ORIGIN: "http://localhost", LOG_ORIGIN: "bench.example/log", LOG_SEED: "5eed".repeat(16) },
      durableObjects: {
        LOG: { className: "BenchLog", useSQLite: true },
        IDLE: { className: "Idle", useSQLite: true },
      },
      r2Buckets: ["COPY"],
      host: "127.0.0.1",
      port: 0,
      resourcePersistencePath: join(folder, "data"),
      cf: false,
      telemetry: { enabled: false },
    }),
  );
}

interface State {
  readonly size: number;
  readonly copiedSize: number;
  readonly bytes: number;
  readonly error: string | null;
}

interface Figures {
  /** A call of an object that does nothing: shows how fast the machine was at that time. */
  readonly idle: number;
  readonly append: number;
  readonly seal: number;
  readonly proof: number;
  readonly start: number;
  /** Hashes in tiles that are not full, up to 255 per level. The cost of a start depends on them, not on the size. */
  readonly edge: number;
  readonly bytes: number;
}

class Bench {
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  async call(path: string): Promise<Response> {
    const response = await fetch(new URL(path, this.#url));
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
    return response;
  }

  /** Milliseconds measured from outside, since clocks inside a Worker do not advance. */
  async time(path: string): Promise<number> {
    const start = performance.now();
    await (await this.call(path)).text();
    return performance.now() - start;
  }

  async state(): Promise<State> {
    return (await (await this.call("/state")).json()) as State;
  }

  async fillTo(size: number): Promise<void> {
    const start = performance.now();
    const from = (await this.state()).size;
    for (let left = size - from; left > 0;) {
      const entries = Math.min(FILL_ENTRIES, left);
      const calls = Math.min(FILL_CALLS, Math.floor(left / entries));
      await this.call(`/fill?count=${calls}&entries=${entries}`);
      left -= calls * entries;
    }
    const seconds = (performance.now() - start) / 1_000;
    console.log(row(`filled to ${size.toLocaleString("en")}`, rate((size - from) / seconds), "entries"));
  }

  /** So that copying does not run during the measurement. */
  async waitForCopy(): Promise<void> {
    const start = performance.now();
    for (;;) {
      const { size, copiedSize, error } = await this.state();
      const seconds = (performance.now() - start) / 1_000;
      if (copiedSize === size) break;
      if (seconds > COPY_WAIT_SECONDS) {
        console.log(row("  copied so far", copiedSize.toLocaleString("en"), error ?? ""));
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Milliseconds per call, measured over several calls in one request. */
  async perCall(path: string): Promise<number> {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      times.push((await this.time(`${path}count=${CALLS_PER_RUN}`)) / CALLS_PER_RUN);
    }
    return median(times);
  }

  async startTime(): Promise<number> {
    const times: number[] = [];
    for (let run = 0; run < STARTS; run++) {
      await this.call("/abort");
      times.push(await this.time("/checkpoint"));
    }
    return median(times);
  }

  async figures(size: number): Promise<Figures> {
    await this.fillTo(size);
    await this.waitForCopy();
    const { bytes, size: filled } = await this.state();
    const figures = {
      bytes: bytes / filled,
      idle: await this.perCall("/call?"),
      append: await this.perCall("/append?entries=1&"),
      seal: await this.perCall(`/append?entries=${SEAL_ENTRIES}&`),
      proof: await this.perCall("/prove?"),
      start: await this.startTime(),
    };
    return { ...figures, edge: edgeWidth((await this.state()).size) };
  }

  async servedPerSecond(paths: readonly string[]): Promise<number> {
    const end = performance.now() + TILE_SECONDS * 1_000;
    let count = 0;
    const clients = Array.from({ length: TILE_CLIENTS }, async () => {
      while (performance.now() < end) {
        await (await this.call(`/log/${paths[count++ % paths.length]}`)).arrayBuffer();
      }
    });
    await Promise.all(clients);
    return count / TILE_SECONDS;
  }
}

function edgeWidth(size: number): number {
  let width = 0;
  for (let row = size; row > 0; row = Math.floor(row / TILE_WIDTH)) width += row % TILE_WIDTH;
  return width;
}

function compare(results: ReadonlyMap<number, Figures>): void {
  const [first, last] = [[...results.values()].at(0), [...results.values()].at(-1)];
  if (first === undefined || last === undefined) return;
  const lines: readonly (readonly [string, keyof Figures, string, number])[] = [
    ["a call of an idle Durable Object", "idle", "ms", 3],
    ["append, 1 entry", "append", "ms", 3],
    [`seal, ${SEAL_ENTRIES} records in one append`, "seal", "ms", 3],
    ["proof of inclusion", "proof", "ms", 3],
    ["start from the rows, until a checkpoint", "start", "ms", 2],
    ["  hashes at the right edge then", "edge", "", 0],
    ["bytes stored per entry", "bytes", "", 1],
  ];
  const names = [...results.keys()].map((size) => size.toLocaleString("en").padStart(12));
  console.log(`\n${"medians at".padEnd(42)}${names.join("")}   largest : smallest`);
  for (const [name, key, unit, digits] of lines) {
    const values = [...results.values()].map((each) =>
      `${each[key].toFixed(digits)} ${unit}`.trim().padStart(12),
    );
    console.log(`${name.padEnd(42)}${values.join("")}   ${(last[key] / first[key]).toFixed(2)}`);
  }
}

const server = await start();
try {
  const bench = new Bench(await server.ready);
  console.log(
    `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}\n`,
  );
  // The first calls are slower than later ones, and would make the smallest size look slow.
  for (const path of ["/append?entries=1&", `/append?entries=${SEAL_ENTRIES}&`, "/prove?"])
    await bench.perCall(path);
  await bench.startTime();
  const results = new Map<number, Figures>();
  for (const size of sizes.length > 0 ? sizes : SIZES) results.set(size, await bench.figures(size));
  compare(results);

  const full = Math.floor((await bench.state()).size / 256);
  const indices = Array.from({ length: 500 }, (_unused, n) => Math.floor((n * full) / 500));
  const tiles = indices.map((index) => tilePath({ level: 0, index, width: 256 }));
  const bundles = tiles.map((path) => path.replace("tile/0/", "tile/entries/"));
  console.log("");
  console.log(
    row("full tiles served over HTTP", rate(await bench.servedPerSecond(tiles)), `${TILE_CLIENTS} clients`),
  );
  console.log(row("entry bundles served over HTTP", rate(await bench.servedPerSecond(bundles))));
  console.log(row("checkpoints served over HTTP", rate(await bench.servedPerSecond(["checkpoint"]))));
} finally {
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
}
await benchVerifyPage();
