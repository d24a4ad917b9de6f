import { defineConfig } from "vitest/config";
import { workerdProject } from "./support/workerd-project.ts";

// What takes minutes: run before a release, not on every change.

const root = new URL("..", import.meta.url).pathname;

/** In the usual suite, too, where they repeat themselves less often. */
const repeating = ["test/worker/decision/concurrent-deciders.test.ts", "test/worker/desk/crash.test.ts"];

export default defineConfig({
  root,
  test: {
    projects: [
      { root, test: { name: "slow", include: ["test/slow/**/*.test.ts"], testTimeout: 900_000 } },
      await workerdProject(root, "slow", { include: repeating }),
    ],
  },
});
