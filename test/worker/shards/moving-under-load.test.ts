import { reset } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { deskOf } from "../../../src/http/desk/desk-of.ts";
import { movedTenants } from "../../../src/store/schema.ts";
import { countRows } from "../../../src/store/shards/tenant-rows.ts";
import { openDatabases } from "../../../src/store/database.ts";
import worker from "../../../src/worker.ts";
import { BrowserClient, type Answered } from "../../support/browser-client.ts";
import { rows } from "../support/database-rows.ts";
import { auditOf } from "../support/http-audit.ts";
import {
  bindings,
  fetchWorker,
  freshPlatform,
  inShard,
  newCompany,
  ORIGIN,
  type Company,
} from "../support/worker-fixture.ts";

// A tenant is moved to another shard and back while its backends and its people go on. What was acknowledged holds, and
// happened once.

const TIMEOUT_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 5;
const OLD_REQUESTS = 500;
const AGENTS = 3;
/** Before the move begins, and after it. */
const ROUNDS = 3;

const databases = openDatabases(bindings);
let company: Company;
let ref: string;
beforeAll(async () => {
  company = await newCompany(inShard(await freshPlatform(), "0"));
  ref = company.store.tenantId;
  await addOldRequests(await company.asked());
}, TIMEOUT_MILLISECONDS);
afterAll(() => reset());

/** So many rows that a move takes a while. */
async function addOldRequests(like: string): Promise<void> {
  const columns = (await rows("PRAGMA table_info(confirmations)")).map(({ name }) => String(name));
  const values = columns.map((name) =>
    name === "id" ? "'c_old_' || n" : name === "status" ? "'cancelled'" : name,
  );
  await rows(
    `WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < ${OLD_REQUESTS})
     INSERT INTO confirmations SELECT ${values.join()} FROM confirmations, numbers WHERE id = ?1`,
    like,
  );
}

/** A browser of alex with a session of its own: each has its own limits. */
async function browserOfAlex(): Promise<BrowserClient> {
  const browser = new BrowserClient(fetchWorker, ORIGIN, company.alex.passkey);
  browser.userHandle = company.alex.userHandle;
  expect((await insist(() => browser.signIn())).status).toBe(200);
  return browser;
}

interface Request {
  readonly id: string;
  readonly payload: object;
  isApproved: boolean;
  isUsed: boolean;
}

/** What was acknowledged. */
const requests: Request[] = [];
const counts = { answers: 0, refused: 0, reads: 0 };
const load = { isStopped: false };

/** Repeats a call that is refused because the tenant is moving. */
async function insist(call: () => Promise<Answered>): Promise<Answered> {
  for (;;) {
    const answer = await call();
    counts.answers++;
    if (answer.status !== 503) return answer;
    expect(answer.body).toMatchObject({ code: "tenant_moving", status: 503 });
    counts.refused++;
    await scheduler.wait(PAUSE_MILLISECONDS);
  }
}

/** Asks, lets alex approve, and uses the approval, again and again. */
async function work(agent: number): Promise<void> {
  let alex = await browserOfAlex();
  for (let round = 0; !load.isStopped; round++) {
    const payload = { agent, round, to: "production" };
    const body = { username: "alex", action: `Deploy ${agent} ${round}`, payload };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const created = await insist(() => company.api("POST", "/api/confirmations", body, headers));
    expect(created.status).toBe(201);
    const request: Request = { id: created.body.id, payload, isApproved: false, isUsed: false };
    requests.push(request);
    if (round % 10 === 9) alex = await browserOfAlex();
    await approve(alex, request);
    const path = `/api/confirmations/${request.id}/consume`;
    const used = await insist(() => company.api("POST", path, { payload }));
    expect(used.status).toBe(200);
    request.isUsed = true;
  }
}

async function approve(alex: BrowserClient, request: Request): Promise<void> {
  for (;;) {
    const decided = await alex.decide(request.id);
    const isDone = decided.status === 409 && decided.body.code === "already_decided";
    if (decided.status === 200 || isDone) break;
    // The page's challenge was not stored, or not used up.
    const { status } = await insist(() => alex.post(`/approve/${request.id}/ceremony`, {}));
    expect([status, request.id]).toEqual([200, request.id]);
  }
  // The outcome of a decision that is not sealed yet is sealed after the move.
  for (let status = ""; status !== "approved";) {
    const { body } = await company.api("GET", `/api/confirmations/${request.id}?wait=1`);
    ({ status } = body);
    expect(["pending", "approved"]).toContain(status);
  }
  request.isApproved = true;
}

/** Reads go on, whatever else happens. */
async function poll(): Promise<void> {
  while (!load.isStopped) {
    for (const { id, isApproved } of requests.slice(-3)) {
      const { status, body } = await company.api("GET", `/api/confirmations/${id}`);
      expect([status, isApproved && body.status === "pending"]).toEqual([200, false]);
      counts.reads++;
    }
    await scheduler.wait(PAUSE_MILLISECONDS);
  }
}

/** What the Desk of the tenant says, until the old rows have to wait. */
async function moveTo(shard: string): Promise<void> {
  for (;;) {
    const progress = await deskOf(bindings, ref).moveTo(shard);
    if (progress !== "working") return expect(progress).toBe("waiting");
  }
}

/** The rows that this shard has of the tenant. */
const rowsIn = async (shard: string): Promise<number> => {
  const database = databases.of(shard);
  const found = database ? await countRows(database, ref) : new Map<string, number>();
  return [...found.values()].reduce((sum, count) => sum + count, 0);
};

async function untilMore(count: number): Promise<void> {
  const before = requests.filter(({ isUsed }) => isUsed).length;
  while (requests.filter(({ isUsed }) => isUsed).length < before + count)
    await scheduler.wait(PAUSE_MILLISECONDS);
}

describe("while its backends and people go on, a tenant", { timeout: TIMEOUT_MILLISECONDS }, () => {
  it("moves to another shard and back, and nothing is lost or doubled", async () => {
    const working = Promise.all([...Array.from({ length: AGENTS }, (_unused, agent) => work(agent)), poll()]);
    // A call that fails ends the test at once.
    await Promise.race([working, moveThereAndBack()]).finally(() => (load.isStopped = true));
    await working;
    expect(requests.every(({ isUsed }) => isUsed)).toBe(true);
  });

  async function moveThereAndBack(): Promise<void> {
    for (const [from, to] of [
      ["0", "1"],
      ["1", "0"],
    ] as const) {
      await untilMore(ROUNDS);
      const { reads: readsBefore, refused: refusedBefore } = counts;
      await moveTo(to);
      expect(counts.reads).toBeGreaterThan(readsBefore);
      expect(counts.refused).toBeGreaterThan(refusedBefore);
      await untilMore(ROUNDS);
      // The old rows are still there, and nothing was added to them since.
      expect(await rowsIn(from)).toBeLessThan(await rowsIn(to));
      await databases.of(from)?.update(movedTenants).set({ at: 0 });
      const env = { ...bindings, MOVE_TENANT: `${ref} ${to}` };
      const line = vi.spyOn(console, "log").mockImplementation(() => undefined);
      await worker.scheduled({} as ScheduledController, env);
      expect(line.mock.calls).toEqual([
        [`{"event":"tenant_move","tenant":"${ref}","shard":"${to}","progress":"done"}`],
      ]);
      line.mockRestore();
      expect(await rowsIn(from)).toBe(0);
    }
  }

  it("has every acknowledged request, decision and use, once", async () => {
    expect(requests.length).toBeGreaterThan(4 * ROUNDS);
    for (const { id, payload } of requests) {
      const { body } = await company.api("GET", `/api/confirmations/${id}`);
      expect(body).toMatchObject({ id, status: "approved", consumedAt: expect.any(String) });
      expect(body.decisions).toHaveLength(1);
      const again = await company.api("POST", `/api/confirmations/${id}/consume`, { payload });
      expect([again.status, again.body.code]).toEqual([409, "already_consumed"]);
      const link = await fetchWorker(`${ORIGIN}/public/log/entries/${id}/verification`);
      expect(link.status).toBe(200);
    }
  });

  it("has counted each request once", async () => {
    const [counted] = await rows("SELECT sum(requests) AS requests FROM usage WHERE tenant_id = ?1", ref);
    const created =
      "SELECT count(*) AS requests FROM confirmations WHERE tenant_id = ?1 AND type = 'decision'";
    expect(counted).toEqual((await rows(created, ref))[0]);
  });

  it("has a stream that passes the audit", async () => {
    expect(await auditOf(company)).toBe("");
  });
});
