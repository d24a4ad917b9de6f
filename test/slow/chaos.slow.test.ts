import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { utf8, utf8Text } from "../../src/core/encoding/bytes.ts";
import { expectOk } from "../../src/core/refusal.ts";
import { parseTrustPolicy } from "../../src/core/tlog/trust-policy.ts";
import { Violation } from "../chaos/acknowledged.ts";
import { LogHistory } from "../chaos/log-history.ts";
import { Chaos, type Figures } from "../chaos/rounds.ts";
import type { BytesAt } from "../support/log/log-reader.ts";

// Twenty rounds of load and SIGKILL. Then the same audit must fail for tampered copies of the rows, for a log that
// lost entries, and for a client with false answers.

const ROUNDS = 20;
const SEED = 20_261_121;
const PATIENCE_MS = 600_000;

let chaos: Chaos;
let figures: Figures;
let firstCheckpoint: string;

beforeAll(async () => {
  chaos = await Chaos.create(SEED);
  firstCheckpoint = await textAt(chaos.bytesAt, "checkpoint");
  figures = await chaos.run(ROUNDS, () => undefined);
}, PATIENCE_MS);

afterAll(async () => {
  await chaos.stop(true);
});

const textAt = async (bytesAt: BytesAt, path: string) => utf8Text((await bytesAt(path)) ?? utf8("")) ?? "";
const policyOf = async (bytesAt: BytesAt) => expectOk(parseTrustPolicy(await textAt(bytesAt, "policy.txt")));

/** The files after this statement. */
async function tamperedFiles(name: string, sql: string): Promise<readonly string[]> {
  const copy = join(chaos.server.folder, `${name}.sqlite`);
  const [first = "", ...others] = chaos.server.databases();
  const original = new DatabaseSync(first, { readOnly: true });
  original.exec(`VACUUM INTO '${copy}'`);
  original.close();
  const file = new DatabaseSync(copy, { enableForeignKeyConstraints: false });
  const triggers = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const trigger of triggers) file.exec(`DROP TRIGGER ${String(trigger["name"])}`);
  expect(file.prepare(sql).run().changes, "the statement changed nothing").toBeGreaterThan(0);
  file.close();
  return [copy, ...others];
}

/** The audit's complaint about the rows after this statement. */
async function tampered(name: string, sql: string): Promise<string> {
  const files = await tamperedFiles(name, sql);
  return await complaint(() => chaos.auditOf(files).full());
}

async function complaint(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return "nothing";
  } catch (problem) {
    if (problem instanceof Violation) return problem.message;
    throw problem;
  }
}

describe("a runtime that is killed", () => {
  it("loses, duplicates and skips nothing that was acknowledged", () => {
    const { acknowledged, kills } = figures;
    expect(figures.rounds).toBe(ROUNDS);
    expect(kills.everything + kills["workerd only"]).toBeGreaterThanOrEqual(ROUNDS);
    for (const count of Object.values(acknowledged)) expect(count).toBeGreaterThan(0);
    // The runtime was killed during requests, not between them.
    const interrupted = [...figures.interrupted.values()].reduce((sum, count) => sum + count, 0);
    expect(interrupted).toBeGreaterThan(ROUNDS);
    expect(figures.logEntries).toBeGreaterThan(acknowledged.decisions + acknowledged.uses);
    expect(figures.received.webhooks).toBeGreaterThanOrEqual(
      acknowledged.creates + acknowledged.decisions + acknowledged.uses,
    );
  });
});

describe("the audit reports", () => {
  const decided = "(SELECT max(seq) FROM outbox WHERE type = 'decision' AND outcome = 'approved')";
  const used = "(SELECT confirmation_id FROM outbox WHERE type = 'consumed' LIMIT 1)";
  const someVote = "(SELECT confirmation_id FROM votes LIMIT 1 OFFSET 20)";
  const rows: [string, string, RegExp][] = [
    ["a decision's record deleted", `DELETE FROM outbox WHERE seq = ${decided}`, /^LOST: .* has 0 outcomes/],
    ["the last record deleted", "DELETE FROM outbox WHERE seq = (SELECT max(seq) FROM outbox)", /^LOST: /],
    ["another index", `UPDATE outbox SET idx = idx + 1 WHERE seq = ${decided}`, /^LOST: .* is at/],
    ["no index", `UPDATE outbox SET idx = NULL WHERE seq = ${decided}`, /^LOST: /],
    ["a gap in the stream", `UPDATE outbox SET seq = seq + 100000 WHERE type = 'stream.created'`, /^GAP: /],
    [
      "another time in a record",
      `UPDATE outbox SET at = at + 1 WHERE type = 'consumed'`,
      /^CONTRADICTION: .* another commitment/,
    ],
    ["a request deleted", `DELETE FROM confirmations WHERE id = ${used}`, /^LOST: /],
    [
      "another payload",
      `UPDATE confirmations SET payload_hash = '${"0".repeat(64)}' WHERE id = ${used}`,
      /^LOST: /,
    ],
    [
      "an outcome set to pending",
      `UPDATE confirmations SET status = 'pending' WHERE id = ${used}`,
      /^LOST: /,
    ],
    [
      "a rejection turned into an approval",
      "UPDATE confirmations SET status = 'approved' WHERE status = 'rejected'",
      /^LOST: /,
    ],
    ["a use removed", `UPDATE confirmations SET consumed_at = NULL WHERE id = ${used}`, /^DUPLICATE: /],
    ["a step deleted", `DELETE FROM steps WHERE confirmation_id = ${used} AND n = 1`, /^GAP: /],
    ["a vote deleted", `DELETE FROM votes WHERE confirmation_id = ${someVote}`, /^LOST: /],
    ["another signature", "UPDATE votes SET assertion_hash = 'x'", /^LOST: .* another signature/],
    [
      "a request that no client sent",
      "UPDATE confirmations SET type = 'decision' WHERE type <> 'decision'",
      /^DUPLICATE: /,
    ],
    [
      "a second use",
      `INSERT INTO outbox SELECT o.tenant_id, 100000, 'x', o.confirmation_id, o.type, o.outcome, o.at,
       o.directory_seq, o.entry_salt, o.payload_salt, o.body, o.idx, o.commitment, NULL, NULL
       FROM outbox o WHERE o.type = 'consumed' LIMIT 1`,
      /^DUPLICATE: .* 2 uses/,
    ],
  ];
  it("nothing, if nothing was changed", async () => {
    expect(await tampered("untouched", "UPDATE tenants SET name = name")).toBe("nothing");
  });
  it.each(rows)("%s", async (name, sql, expected) => {
    expect(await tampered(name.replaceAll(/\W/g, "-"), sql)).toMatch(expected);
  });

  it.each<[string, string, RegExp]>([
    ["a webhook's event left out", "DELETE FROM webhook_deliveries WHERE sequence = 2", /^GAP: webhook 3/],
    [
      "an event that the webhook never received",
      "UPDATE webhook_deliveries SET event_id = 'e_other' WHERE sequence = 2",
      /^LOST: webhook 2 is delivered and has not arrived/,
    ],
    [
      "an event that was given up",
      "UPDATE webhook_deliveries SET state = 'failed' WHERE sequence = 2",
      /^LOST: webhook 2 is failed/,
    ],
    [
      "an event that is still to be sent",
      "UPDATE webhook_deliveries SET state = 'waiting', due_at = 0 WHERE sequence = 2",
      /^LOST: 1 webhooks did not arrive: number 2/,
    ],
    ["a notice left out", "DELETE FROM notices WHERE kind = 'asked'", /^LOST: .* has no notice/],
    [
      "a notice that was given up",
      "UPDATE notices SET state = 'failed', due_at = NULL WHERE kind = 'asked'",
      /^LOST: the notice asked of .* is failed/,
    ],
    [
      "a notice that is still to be sent",
      "UPDATE notices SET state = 'waiting', due_at = 0 WHERE kind = 'asked'",
      /^LOST: \d+ notices wait/,
    ],
    [
      "a notice that never arrived",
      "UPDATE notices SET state = 'sent', confirmation_id = 'c_other' || confirmation_id WHERE kind = 'reminder'",
      /^LOST: the notice reminder of .* is sent and has not arrived/,
    ],
  ])("%s", async (name, sql, expected) => {
    const files = await tamperedFiles(name.replaceAll(/\W/g, "-"), sql);
    expect(await complaint(() => chaos.checkReceivers(files, 0))).toMatch(expected);
  });

  it("a log that lost its last entries", async () => {
    const { bytesAt } = chaos;
    let forgetful = false;
    const early: BytesAt = async (path) =>
      forgetful && path === "checkpoint" ? utf8(firstCheckpoint) : await bytesAt(path);
    const log = new LogHistory(await policyOf(bytesAt), early);
    await log.update();
    forgetful = true;
    await expect(log.update()).rejects.toThrow(/^LOST: the log had \d+ entries and signs \d/);
  });
  it("a log that serves another entry", async () => {
    const { bytesAt } = chaos;
    const lying: BytesAt = async (path) => {
      const bytes = await bytesAt(path);
      return path.startsWith("tile/entries/") ? bytes?.with(-1, 0 ^ ((bytes.at(-1) ?? 0) + 1)) : bytes;
    };
    await expect(new LogHistory(await policyOf(bytesAt), lying).checkAll()).rejects.toThrow(
      /not the one in the tree/,
    );
  });
  it("an index that changes later", () => {
    const request = [...chaos.acknowledged.requests.values()].find(
      ({ read }) => typeof read?.index === "number",
    );
    const read = request?.read;
    if (request === undefined || read === undefined) throw new Error("nothing was sealed");
    const other = { ...read, index: (read.index ?? 0) + 1 };
    expect(() => chaos.acknowledged.read(request, other)).toThrow(
      /^CONTRADICTION: .* and reads approved|rejected/,
    );
    expect(() => chaos.acknowledged.read(request, { ...read, status: "pending" })).toThrow(
      /^LOST: .* reads pending/,
    );
  });
  it("an acknowledged request that is missing", async () => {
    const never = { tenant: 0, id: "c_never", approver: "bea", payloadHash: "0".repeat(64) };
    chaos.acknowledged.created(never);
    const files = chaos.server.databases();
    expect(await complaint(() => chaos.auditOf(files).full())).toMatch(/^LOST: /);
    expect(await complaint(() => chaos.checkReceivers(files, 0))).toMatch(
      /^LOST: 1 webhooks did not arrive: confirmation.created of c_never/,
    );
  });
});
