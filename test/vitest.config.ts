import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findChromium } from "./support/browser/chromium.mjs";

const core = ["test/core/**/*.test.ts"];

// The core runs unchanged in Node, in workerd and in a browser, so its tests run in all three.
const root = new URL("..", import.meta.url).pathname;

const migrations = await readD1Migrations(`${root}migrations`);

export default defineConfig({
  root,
  test: {
    projects: [
      { root, test: { name: "node", include: [...core, "test/{conventions,cli}/**/*.test.ts"] } },
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { LOG_SEED: "5eed".repeat(16), TEST_MIGRATIONS: migrations } },
          }),
        ],
        test: { name: "workerd", include: [...core, "test/worker/**/*.test.ts"], isolate: false },
      },
      {
        root,
        // The whole product in a real browser, after everything else: it wants the machine for itself.
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/product/product-setup.ts"],
          // Two files at a time: one of them waits half a minute for a request to expire.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 45_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        // Named, since a package that is found only while the tests run reloads the page under them.
        optimizeDeps: { include: ["@noble/hashes/*.js", "canonicalize", "fast-check"] },
        test: {
          name: "chromium",
          include: core,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: findChromium() ?? "chromium", args: ["--no-sandbox"] },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
