import { defineConfig } from "vitest/config";

// What takes minutes, in Node alone: run before a release, not on every change.
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: { name: "slow", include: ["test/slow/**/*.test.ts"], testTimeout: 900_000 },
});
