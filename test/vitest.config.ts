import { availableParallelism } from "node:os";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findChromium } from "./support/browser/chromium.mjs";
import { workerdProject } from "./support/workerd-project.ts";

const core = ["test/core/**/*.test.ts"];
/**
 * The rules of evidence, case by case, run in Node only. The published vectors have every kind of case, and they run
 * everywhere, as does whatever a runtime could compute differently.
 */
const rules = [
  "test/core/evidence/{attacks,directory,log,receipt}/*.test.ts",
  "test/core/evidence/outcome-*.test.ts",
];

// The core runs unchanged in Node, in workerd and in a browser, so its tests run in all three, but for the rules.
const root = new URL("..", import.meta.url).pathname;

/** Without a number, Vitest leaves one core free: on two cores all projects would run one after another. */
const maxWorkers = Math.max(2, availableParallelism());

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "node",
          include: [...core, "test/{conventions,cli,send,web,support}/**/*.test.ts"],
          isolate: false,
          maxWorkers,
        },
      },
      await workerdProject(root, "usual", {
        include: [...core, "test/worker/**/*.test.ts"],
        exclude: rules,
        maxWorkers,
      }),
      {
        root,
        // The whole product in a real browser, after everything else: it wants the machine for itself.
        test: {
          name: "browser",
          include: ["test/{browser,docs}/**/*.test.ts"],
          globalSetup: ["test/support/product/product-setup.ts"],
          // One more than there are cores: some of these tests wait most of their time.
          maxWorkers: maxWorkers + 1,
          sequence: { groupOrder: 1 },
          testTimeout: 45_000,
          hookTimeout: 60_000,
        },
      },
      {
        root,
        // Named, since a package that is found only while the tests run reloads the page under them.
        optimizeDeps: {
          include: ["@marcbachmann/cel-js/evaluator", "@noble/hashes/*.js", "canonicalize", "fast-check"],
        },
        test: {
          name: "chromium",
          include: core,
          exclude: rules,
          isolate: false,
          maxWorkers,
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
