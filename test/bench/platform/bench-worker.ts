import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseBindings, serveWorker } from "../../../src/local/local-server.ts";
import { migrate } from "../../../src/local/state-folder.ts";
import { freePort } from "../../support/product/product.ts";
import { bundleWorker } from "../../support/product/worker-bundle.ts";
import { TEST_SECRETS } from "../../support/test-secrets.ts";

// A Worker for benchmarks, built from the product's own parts and served like the product.

type BenchSettings = Readonly<Record<string, string>>;

interface BenchWorker {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** In this process, with a state folder of its own. */
export async function serveBenchWorker(name: string, settings: BenchSettings = {}): Promise<BenchWorker> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clear);
  try {
    const { url, stop } = await serveAt(name, await freePort(), folder, settings);
    return { url, stop: () => stop().finally(clear) };
  } catch (problem) {
    clear();
    throw problem;
  }
}

/** `name` is a file of the folder `workers`. */
export async function serveAt(
  name: string,
  port: number,
  folder: string,
  settings: BenchSettings = {},
): Promise<BenchWorker> {
  const contents = await bundleWorker({ entryPoints: [`test/bench/workers/${name}.ts`] });
  const url = `http://localhost:${port}`;
  const server = serveWorker({
    port,
    data: join(folder, "data"),
    module: { type: "ESModule", path: "worker.mjs", contents },
    // One shard, whose binding is recorded.
    bindings: { ORIGIN: url, LOG_ORIGIN: "localhost/log", ...TEST_SECRETS, OPEN_SHARDS: "0", ...settings },
    objects: name === "bare-platform-worker" ? { ROWS: { className: "Rows", useSQLite: true } } : {},
  });
  try {
    await server.ready;
    for (const binding of databaseBindings())
      await migrate(await server.getD1Database(binding, "countersign"), "migrations");
    return { url, stop: () => server.dispose() };
  } catch (problem) {
    await server.dispose();
    throw problem;
  }
}
