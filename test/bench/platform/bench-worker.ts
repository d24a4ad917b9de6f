import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { serveWorker } from "../../../src/local/local-server.ts";
import { freePort } from "../../support/product/product.ts";
import { migrate } from "../../../src/local/state-folder.ts";
import { bundleWorker } from "../../support/product/worker-bundle.ts";

// A Worker for benchmarks, built from the product's own parts and served like the product.

interface BenchWorker {
  readonly url: string;
  /** Its D1 binding, from outside. */
  readonly database: Awaited<ReturnType<Miniflare["getD1Database"]>>;
  readonly stop: () => Promise<void>;
}

/** `source` is a module whose imports are relative to the top of the repository. */
export async function serveBenchWorker(source: string, fixedPort?: number): Promise<BenchWorker> {
  const port = fixedPort ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clear);
  const root = new URL("../../..", import.meta.url).pathname;
  const bundle = await bundleWorker({ stdin: { contents: source, resolveDir: root, loader: "ts" } });
  const server = serveWorker({
    port,
    data: join(folder, "data"),
    module: { type: "ESModule", path: "worker.mjs", contents: bundle },
    bindings: {
      ORIGIN: `http://localhost:${port}`,
      LOG_ORIGIN: "localhost/log",
      LOG_SEED: "5eed".repeat(16),
    },
    objects: { ROWS: { className: "Rows", useSQLite: true } },
  });
  const stop = async () => {
    await server.dispose();
    clear();
  };
  try {
    await server.ready;
    const database = await server.getD1Database("DB", "countersign");
    await migrate(database, "migrations");
    return { url: `http://localhost:${port}`, database, stop };
  } catch (problem) {
    await stop();
    throw problem;
  }
}
