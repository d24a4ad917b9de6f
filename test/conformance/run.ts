import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { startProduct } from "../support/product/product.ts";
import { startShim } from "./shim.ts";
import { bundleWorker } from "../support/product/worker-bundle.ts";

// The conformance suite of the protocol, for both revisions. Scenarios that need no special tools run against the
// product. All scenarios run against the same endpoint with the suite's tools. The run fails if a check fails that
// is not in the lists of expected failures, and if a check in the lists passes.

const COMMAND = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
const REVISIONS = ["2026-07-28", "2025-11-25"] as const;
type Revision = (typeof REVISIONS)[number];

/** Scenarios that need no tool of the suite. */
const PRODUCT: Readonly<Record<Revision, readonly string[]>> = {
  "2026-07-28": [
    "server-stateless",
    "tools-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
    "caching",
    "http-header-validation",
    "input-required-result-unsupported-methods",
  ],
  "2025-11-25": ["server-initialize", "ping", "tools-list", "dns-rebinding-protection"],
};

const results = mkdtempSync(join(tmpdir(), "conformance-"));

/** Prints a summary and returns true, or prints everything and returns false. */
async function suite(url: string, expected: string, ...args: readonly string[]): Promise<boolean> {
  const command = [COMMAND, "server", "--url", url, "--expected-failures", expected, "-o", results, ...args];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (some: Buffer) => {
      out += some.toString();
    });
  const [code] = await once(child, "exit");
  const summary = out
    .split("\n")
    .filter((line) => /^(?:. )?[a-z0-9-]+: \d+ passed|^Total:|^Passed:/.test(line));
  process.stdout.write(`${code === 0 ? [args.join(" "), ...summary].join("\n") : out}\n\n`);
  return code === 0;
}

async function onProduct(): Promise<boolean> {
  const { ready, stop } = await startProduct();
  const shim = await startShim(ready.url, ready.apiKey);
  try {
    let passed = true;
    for (const revision of REVISIONS) {
      for (const scenario of PRODUCT[revision]) {
        const expected = "test/conformance/product.yaml";
        const args = ["--scenario", scenario, "--spec-version", revision];
        passed = (await suite(shim.url, expected, ...args)) && passed;
      }
    }
    return passed;
  } finally {
    shim.stop();
    await stop();
  }
}

async function onFixture(): Promise<boolean> {
  const bundle = await bundleWorker({ entryPoints: ["test/conformance/conformance-worker.ts"] });
  const server = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle,
      compatibilityDate: "2026-10-30",
      compatibilityFlags: ["nodejs_compat", "enable_request_signal"],
      host: "127.0.0.1",
      cf: false,
      telemetry: { enabled: false },
    }),
  );
  try {
    const url = `http://localhost:${(await server.ready).port}/mcp`;
    let passed = true;
    for (const revision of REVISIONS) {
      const expected = `test/conformance/fixture-${revision}.yaml`;
      passed = (await suite(url, expected, "--requirements", revision)) && passed;
    }
    return passed;
  } finally {
    await server.dispose();
  }
}

const passed = [await onFixture(), await onProduct()].every(Boolean);
rmSync(results, { recursive: true, force: true });
process.exit(passed ? 0 : 1);
