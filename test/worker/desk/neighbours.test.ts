import { reset, runInDurableObject } from "cloudflare:test";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { DEFAULT_SCOPES } from "../../../src/core/confirmation/scopes.ts";
import { DESK_LIMITS } from "../../../src/desk/desk-limits.ts";
import type { Waiters } from "../../../src/desk/waits/waiters.ts";
import { verifications } from "../../../src/http/public/verification-handler.ts";
import { backend } from "../../support/browser-client.ts";
import { everything } from "../support/database-rows.ts";
import { keyOf } from "../support/mcp-agent.ts";
import { PAYLOAD, QUESTION, restCalls, times } from "../support/rest-calls.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// One tenant makes all the noise that it can. Another tenant is served as if it were alone, and nothing changes in a third
// one. All share a database and a log, so this counts calls and rows, not milliseconds: those are in the benchmark.

const WAITS = 600;
const CREATES = 1_000;
const POLLS = 1_000;
const VERIFIERS = 32;
const READS = 10;
const ROUNDS = 15;
/** Beside the calls that wait, as many as a client with a pool of connections makes at once. */
const AT_ONCE = 32;

let noisy: Company;
let other: Company;
let quiet: Company;
/** A call by the key that makes the noise. */
let noise: ReturnType<typeof backend>;
let pending: string;
let approved: string;
beforeAll(async () => {
  const platform = await freshPlatform();
  noisy = await newCompany(platform, "Noisy");
  other = await newCompany(platform, "Other");
  quiet = await newCompany(platform, "Quiet");
  pending = await noisy.asked();
  approved = await restCalls(noisy).approved();
  // One that has made no call yet.
  noise = backend(fetchWorker, ORIGIN, await keyOf(noisy, DEFAULT_SCOPES));
  verifications.clear();
  // Nothing is refilled during the test.
  const now = Date.now();
  vi.spyOn(Date, "now").mockReturnValue(now);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => reset());

type Counts = Readonly<Record<string, number>>;
/** How often each status and code came, of so many calls, of which some are made at once. */
async function counted(calls: number, atOnce: number, call: () => Promise<string>): Promise<Counts> {
  const counts: Record<string, number> = {};
  let left = calls;
  await times(atOnce, async () => {
    while (left-- > 0) {
      const answer = await call();
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
  });
  return counts;
}

const named = ({ status, body }: { status: number; body: { code?: string; status?: unknown } }) =>
  status < 300 ? `${status} ${String(body.status)}` : `${status} ${body.code}`;
const verify = async () => {
  const answer = await fetchWorker(`${ORIGIN}/public/log/entries/${approved}/verification`);
  await answer.arrayBuffer();
  return `${answer.status}`;
};
const waiting = ({ store }: Company): Promise<number> =>
  runInDurableObject(
    bindings.DESK.getByName(store.tenantId),
    (desk) => (desk as unknown as { waiters: Waiters }).waiters.count,
  );

/** Every row of this tenant. */
async function rowsOf({ store }: Company): Promise<readonly string[]> {
  const all = Object.entries(await everything());
  return all.flatMap(([table, rows]) =>
    rows.filter((row) => row.includes(`"${store.tenantId}"`)).map((row) => `${table} ${row}`),
  );
}

async function makeNoise() {
  const read = (query: string) => noise("GET", `/api/confirmations/${pending}${query}`);
  const waits = counted(WAITS, WAITS, async () => named(await read("?wait=50")));
  const [creates, polls, verifiers] = await Promise.all([
    counted(CREATES, AT_ONCE, async () => named(await noise("POST", "/api/confirmations", QUESTION))),
    counted(POLLS, AT_ONCE, async () => named(await read(""))),
    counted(VERIFIERS * READS, VERIFIERS, verify),
  ]);
  return { waits, creates, polls, verifiers };
}

/** What a client of the other tenant gets, again and again. */
async function oneRound(): Promise<string> {
  const { create, read, consume } = restCalls(other);
  const { body } = await create(QUESTION);
  const outcome = read(body.id, "?wait=50");
  const polled = await read(body.id);
  const decided = await other.alex.decide(body.id);
  return [polled, decided, await outcome, await consume(body.id, PAYLOAD)].map(named).join(", ");
}

it("a noisy tenant gets its share, and other tenants do not notice it", { timeout: 120_000 }, async () => {
  const before = await rowsOf(quiet);
  expect(before.length).toBeGreaterThan(5);
  const made = makeNoise();
  expect(await counted(ROUNDS, 2, oneRound)).toEqual({
    "200 pending, 200 approved, 200 approved, 200 approved": ROUNDS,
  });
  const { waits, creates, polls, verifiers } = await made;
  const { rates, pendingRequests, waits: caps } = DESK_LIMITS;
  expect({ creates, polls, verifiers }).toEqual({
    creates: {
      "201 pending": pendingRequests,
      "429 quota_exceeded": rates.creates.quota - pendingRequests,
      "429 rate_limited": CREATES - rates.creates.quota,
    },
    polls: { "200 pending": POLLS },
    verifiers: { "200": VERIFIERS * READS },
  });
  expect(verifications.size.answers).toBe(1);
  await expect.poll(() => waiting(noisy), { timeout: 20_000 }).toBe(caps.perKey);
  await noisy.api("POST", `/api/confirmations/${pending}/cancel`);
  expect(await waits).toEqual({ "200 cancelled": caps.perKey, "200 pending": WAITS - caps.perKey });
  expect([await waiting(noisy), await waiting(other)]).toEqual([0, 0]);
  expect(await rowsOf(quiet)).toEqual(before);
});
