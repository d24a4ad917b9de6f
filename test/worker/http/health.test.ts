import { createExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Platform } from "../../../src/app/runtime.ts";
import { app } from "../../../src/http/app.ts";
import { healthCheck } from "../../../src/app/health-check.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { changedBy } from "../support/database-rows.ts";
import { bindings, fetchWorker, freshPlatform, ORIGIN } from "../support/worker-fixture.ts";

// What a monitor of the deployment learns, and what its calls may cost.

const problems: unknown[] = [];
const NEVER = new Promise<never>(() => undefined);
const full = async (): Promise<never> => {
  throw new Error("D1_ERROR: database or disk is full: SQLITE_FULL");
};

let real: Platform;
beforeAll(async () => {
  real = await freshPlatform();
}, 60_000);
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
afterEach(() => void vi.restoreAllMocks());

/** A runtime with a clock of its own, and the number of times that its database was written. */
function observed() {
  const state = { now: 0, writes: 0, write: undefined as (() => Promise<never>) | undefined };
  const database = {
    prepare: (text: string) => bindings.DB.prepare(text),
    batch: async (statements: D1PreparedStatement[]) => {
      state.writes++;
      return state.write === undefined ? bindings.DB.batch(statements) : state.write();
    },
  };
  const runtime = {
    ...real,
    databases: openDatabases({ ...bindings, DB: database as D1Database }),
    now: () => state.now,
  };
  const check = healthCheck((problem) => problems.push(problem));
  return { state, isHealthy: () => check(runtime) };
}

describe("the health check", () => {
  it("reports that the Worker is running", async () => {
    const response = await fetchWorker(`${ORIGIN}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });

  it("writes to the database, and leaves nothing there", async () => {
    const { state, isHealthy } = observed();
    expect(await changedBy(async () => expect(await isHealthy()).toBe(true))).toEqual([]);
    expect(state.writes).toBe(1);
  });

  it("notices a database that can't be written, and one that can be written again", async () => {
    const { state, isHealthy } = observed();
    state.write = full;
    expect(await isHealthy()).toBe(false);
    expect(problems.splice(0).map(String)).toEqual([expect.stringContaining("SQLITE_FULL")]);
    state.now += 9_999;
    state.write = undefined;
    expect(await isHealthy()).toBe(false);
    state.now += 1;
    expect(await isHealthy()).toBe(true);
  });

  it("writes once in ten seconds, however often it is asked", async () => {
    const { state, isHealthy } = observed();
    for (let round = 0; round < 3; round++) {
      state.now = round * 10_000;
      await Promise.all(Array.from({ length: 20 }, async () => isHealthy()));
      state.now += 9_999;
      await isHealthy();
    }
    expect(state.writes).toBe(3);
  });

  it("looks again if the clock was ahead at the last check", async () => {
    const { state, isHealthy } = observed();
    state.now = 3_600_000;
    state.write = full;
    expect(await isHealthy()).toBe(false);
    problems.length = 0;
    state.now = 0;
    state.write = undefined;
    expect(await isHealthy()).toBe(true);
  });

  it("does not wait for a database that does not answer", async () => {
    const { state, isHealthy } = observed();
    state.write = () => NEVER;
    expect(await isHealthy()).toBe(false);
  });

  it("answers 503 if the database can't be written", async () => {
    // Later than every check of another test.
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3_600_000);
    const broken = { prepare: (text: string) => bindings.DB.prepare(text), batch: full };
    const env = { ...bindings, DB: broken as unknown as D1Database };
    const answer = await app.fetch(new Request(`${ORIGIN}/healthz`), env, createExecutionContext());
    expect([answer.status, await answer.json()]).toEqual([503, { status: "unavailable" }]);
  });
});
