import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

it("passes the protocol's own suite, except for the listed tests", () => {
  const { status, stdout } = spawnSync("npm", ["run", "-s", "conformance"], { encoding: "utf8" });
  expect([status, status === 0 ? "" : stdout.slice(-4_000)]).toEqual([0, ""]);
});
