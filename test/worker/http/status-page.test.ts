import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CallRecorder } from "../../../src/app/status/call-recorder.ts";
import { statusReader } from "../../../src/app/status/read-status.ts";
import type { Platform } from "../../../src/app/runtime.ts";
import { app } from "../../../src/http/app.ts";
import { openDatabases } from "../../../src/store/database.ts";
import { rows } from "../support/database-rows.ts";
import { bindings, fetchWorker, freshPlatform, newCompany, ORIGIN } from "../support/worker-fixture.ts";
import type { Company } from "../support/worker-fixture.ts";

// What the status page says, what it measures, and what it costs.

const NOW = Date.now();
const MINUTE = 60_000;
const REPORT = { vkey: "log+key", size: 3, signedAt: NOW - 5 * MINUTE, copiedSize: 3, hasError: false };
const fails = (): never => {
  throw new Error("it is down");
};
const NEVER = new Promise<never>(() => undefined);

let platform: Platform;
let company: Company;
beforeAll(async () => {
  platform = await freshPlatform();
  company = await newCompany(platform);
}, 60_000);
beforeEach(async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  await rows("DELETE FROM call_figures");
});
afterEach(() => void vi.restoreAllMocks());

/** A platform with a clock of its own, and with a database that can be down. */
function observed() {
  const state = { now: NOW, isDown: false, reads: 0 };
  const database = {
    prepare: (text: string) => {
      if (state.isDown) throw new Error("D1 is down");
      if (/^select/i.test(text)) state.reads++;
      return bindings.DB.prepare(text);
    },
  };
  const databases = openDatabases({ ...bindings, DB: database as D1Database });
  return { state, runtime: { ...platform, databases, now: () => state.now } };
}

/** Calls that ended at this time, of which the last one failed. */
function recorded(recorder: CallRecorder, at: number, ...durations: readonly number[]): void {
  for (const [place, duration] of durations.entries())
    recorder.note({
      kind: "ask",
      startedAt: at - duration,
      endedAt: at,
      hasFailed: place > 0 && place === durations.length - 1,
    });
}

describe("the figures", () => {
  it("of several Workers add up, over all minutes of the last hour", async () => {
    const { runtime } = observed();
    const workers = [new CallRecorder(), new CallRecorder()];
    for (const worker of workers)
      for (const minute of [0, 1, 59, 61]) {
        recorded(worker, NOW - minute * MINUTE, 5, 90, 900);
        await worker.flush(runtime);
      }
    const read = statusReader(new CallRecorder(), fails);
    const { calls } = await read(runtime, async () => REPORT);
    expect(calls?.summaries[0]).toEqual({
      kind: "ask",
      answered: 2 * 3 * 2,
      failed: 2 * 3,
      medianMilliseconds: 6,
      p95Milliseconds: 100,
    });
    expect(Date.parse(calls?.since ?? "")).toBe(Math.floor((NOW - 59 * MINUTE) / MINUTE) * MINUTE);
  });

  it("are stored a minute after the first call, and then a minute after that", async () => {
    const { runtime, state } = observed();
    const recorder = new CallRecorder();
    const due = (): boolean => recorder.isDue(state.now);
    expect(due()).toBe(false);
    recorded(recorder, state.now, 5);
    expect(due()).toBe(false);
    state.now += MINUTE;
    expect(due()).toBe(true);
    await recorder.flush(runtime);
    expect(due()).toBe(false);
    recorded(recorder, state.now, 5);
    expect(due()).toBe(false);
    // A clock that was ahead.
    state.now -= 60 * MINUTE;
    expect(due()).toBe(true);
  });

  it("are kept while the database is down, for an hour", async () => {
    const { runtime, state } = observed();
    const recorder = new CallRecorder();
    recorded(recorder, NOW - 61 * MINUTE, 5);
    recorded(recorder, NOW, 5, 90);
    state.isDown = true;
    await expect(recorder.flush(runtime)).rejects.toThrow(/Failed to run the query/);
    state.isDown = false;
    await recorder.flush(runtime);
    await recorder.flush(runtime);
    expect(await rows("SELECT sum(answered) AS a, sum(failed) AS f FROM call_figures")).toEqual([
      { a: 1, f: 1 },
    ]);
  });

  it("are stored after the answer that comes a minute later", async () => {
    const call = async (at: number): Promise<void> => {
      vi.spyOn(Date, "now").mockReturnValue(at);
      const after = createExecutionContext();
      const headers = { "x-api-key": company.apiKey };
      const path = `${ORIGIN}/api/confirmations/${id}`;
      expect((await app.fetch(new Request(path, { headers }), bindings, after)).status).toBe(200);
      await waitOnExecutionContext(after);
    };
    const id = await company.asked();
    await call(NOW + 10 * MINUTE);
    await call(NOW + 10 * MINUTE + 100);
    await rows("DELETE FROM call_figures");
    await call(NOW + 12 * MINUTE);
    const [read] = await rows("SELECT sum(answered) AS calls FROM call_figures WHERE kind = 'read'");
    expect(read?.["calls"]).toBeGreaterThan(0);
  });
});

describe("the status", () => {
  it("is read at most once in ten seconds, however often it is asked", async () => {
    const { runtime, state } = observed();
    const read = statusReader(new CallRecorder(), fails);
    await read(runtime, async () => REPORT);
    for (let round = 1; round < 3; round++) {
      state.now = NOW + round * 10_000;
      await Promise.all(Array.from({ length: 20 }, async () => read(runtime, async () => REPORT)));
      state.now += 9_999;
      await read(runtime, async () => REPORT);
    }
    expect(state.reads).toBe(3);
  });

  it("does not wait for the reading of a caller that has gone", async () => {
    const { runtime } = observed();
    const read = statusReader(new CallRecorder(), fails);
    const { promise, resolve } = Promise.withResolvers<typeof REPORT>();
    const earlier = read(runtime, async () => promise);
    expect((await read(runtime, async () => REPORT)).log).not.toBeNull();
    // No reading goes on after the test.
    resolve(REPORT);
    await earlier;
  });

  it("does not wait for a log that does not answer", async () => {
    vi.spyOn(scheduler, "wait").mockResolvedValueOnce(undefined);
    const read = statusReader(new CallRecorder(), () => undefined);
    const { log, calls } = await read(observed().runtime, () => NEVER);
    expect([log, calls?.since]).toEqual([null, null]);
  });
});

/** The page, later than every one before it, so that nothing is remembered. */
async function page(env: object = bindings): Promise<string> {
  later += 20 * MINUTE;
  vi.spyOn(Date, "now").mockReturnValue(later);
  const answer = await app.fetch(new Request(`${ORIGIN}/status`), env, createExecutionContext());
  expect([answer.status, answer.headers.get("set-cookie")]).toEqual([200, null]);
  return answer.text();
}
let later = NOW + 60 * MINUTE;

describe("the status page", () => {
  it("says that an hour was empty", async () => {
    await page();
    await rows("DELETE FROM call_figures");
    const text = await page();
    expect(text).toContain("There was no call in the last hour");
    expect(text).toContain("The database and the log answer.");
  });

  it("counts each kind of call, and neither a refusal nor a wait", async () => {
    await page();
    await rows("DELETE FROM call_figures");
    const { api, alex } = company;
    const payload = { service: "api", sha: "abc123" };
    const id = await company.asked();
    await api("GET", `/api/confirmations/${id}`);
    await api("GET", `/api/confirmations/${id}?wait=1`);
    await api("GET", "/api/confirmations/c_nothing");
    await api("POST", "/api/confirmations", {});
    await fetchWorker(`${ORIGIN}/api/confirmations/${id}`);
    await alex.decide(id);
    expect((await api("POST", `/api/confirmations/${id}/consume`, { payload })).status).toBe(200);
    expect((await api("POST", `/api/confirmations/${id}/consume`, { payload })).status).toBe(409);
    const text = await page();
    const counted = [...text.matchAll(/<th scope="row">(\w+).*?<td>(\d+)<\/td>.*?<td>(\d+)<\/td><\/tr>/g)];
    expect(counted.map(([, name, answered, failed]) => [name, answered, failed])).toEqual([
      ["Ask", "1", "0"],
      ["Read", "1", "0"],
      ["Decide", "1", "0"],
      ["Use", "1", "0"],
    ]);
    expect(text).toMatch(/\d+ min old|\d+ h/);
  });

  it("counts a call that fails", async () => {
    await page();
    await rows("DELETE FROM call_figures");
    const headers = { "x-api-key": company.apiKey };
    const env = { ...bindings, DESK: { getByName: fails } };
    const asked = new Request(`${ORIGIN}/api/confirmations/c_1`, { headers });
    expect((await app.fetch(asked, env, createExecutionContext())).status).toBeGreaterThanOrEqual(500);
    expect(await page()).toContain('<td class="bad">1</td>');
  });

  it.each<[string, object, string]>([
    ["the log", { LOG: { getByName: () => ({ report: fails }) } }, "The log does not answer."],
    ["the database", { DB: { prepare: fails, batch: fails } }, "The database does not answer."],
    [
      "the database and the log",
      { DB: { prepare: fails, batch: fails }, LOG: { getByName: () => ({ report: fails }) } },
      "The database and the log do not answer.",
    ],
    [
      "the newest part of the log",
      { LOG: { getByName: () => ({ report: async () => ({ ...REPORT, hasError: true }) }) } },
      "The log has a problem.",
    ],
  ])("shows the rest while %s does not answer", async (_name, broken, text) => {
    const shown = await page({ ...bindings, ...broken });
    expect(shown).toContain(`<b>${text}</b>`);
    expect(shown).toContain("Monitor it yourself");
  });
});
